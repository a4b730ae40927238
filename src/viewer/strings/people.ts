const en = {
  people: 'People',
  peopleWatching: (count: number) =>
    count === 0 ? 'Nobody is watching' : count === 1 ? '1 is watching now' : `${count} are watching now`,
  noPeople: 'Nobody belongs to this device yet.',
  me: 'you',
  keysOf: (count: number) => (count === 1 ? '1 browser' : `${count} browsers`),
  keyAdd: 'Another browser…',
  keyAddHint: (name: string) =>
    `A link for another phone or browser of ${name}, with what ${name} may already.`,
  keySeen: (day: string) => `last seen ${day}`,
  mayNothing: 'may do nothing just now',
  revoke: 'Revoke',
  revokeAll: 'Revoke all',
  revokePerson: (name: string) => `Revoke all of ${name}`,
  revokeGrant: (what: string) => `Revoke: ${what}`,
  revokeKey: (label: string) => `Revoke the key of ${label}`,
  codeThere: 'A code for the keypad',
  codeLost: 'A code for the keypad, which opens nothing any more: make a new one',
  revokeCode: (name: string) => `Revoke the code of ${name}`,
  revokeInvitation: (name: string) => `Revoke the invitation for ${name}`,
  revokeSure: 'It ends at once, what is watched just now too.',
  revokeYes: 'Yes, revoke',
  revokeMyself: 'That is you: you would shut yourself out.',
  revoked: 'Revoked',
  trustTrouble:
    'The list of people and keys is damaged: until it is mended nobody may do more than look. On the device:',
  recoveryCode: 'Recovery code',
  recoverySince: (when: string) =>
    `There is one, made ${when}. It was shown once, at the device. To make another there, which ends it:`,
  recoveryNone:
    'There is none: whoever loses their phone cannot come in by a code. To make one at the device:',
  invitations: 'Open invitations',
  invitationOpen: (until: string) => `can be opened until ${until}`,
};

const ru: typeof en = {
  people: 'Люди',
  peopleWatching: (count) => (count === 0 ? 'Никто не смотрит' : `Сейчас смотрят: ${count}`),
  noPeople: 'У устройства ещё нет владельца.',
  me: 'вы',
  keysOf: (count) => `Браузеров: ${count}`,
  keyAdd: 'Ещё один браузер…',
  keyAddHint: (name) => `Ссылка для ещё одного телефона или браузера (${name}) с теми же правами.`,
  keySeen: (day) => `был на связи ${day}`,
  mayNothing: 'сейчас доступа нет',
  revoke: 'Отозвать',
  revokeAll: 'Отозвать всё',
  revokePerson: (name) => `Закрыть доступ: ${name}`,
  revokeGrant: (what) => `Отозвать: ${what}`,
  revokeKey: (label) => `Отозвать ключ: ${label}`,
  codeThere: 'Код для клавиатуры',
  codeLost: 'Код для клавиатуры, который больше ничего не открывает: создайте новый',
  revokeCode: (name) => `Отозвать код: ${name}`,
  revokeInvitation: (name) => `Отозвать приглашение: ${name}`,
  revokeSure: 'Доступ закроется сразу, и то, что смотрят сейчас, тоже.',
  revokeYes: 'Да, отозвать',
  revokeMyself: 'Это вы: вы закроете доступ себе.',
  revoked: 'Отозвано',
  trustTrouble:
    'Список людей и ключей повреждён: пока его не восстановят, можно только смотреть. На устройстве:',
  recoveryCode: 'Код восстановления',
  recoverySince: (when) =>
    `Он есть, сделан ${when}. Его показали один раз, на устройстве. Там же можно сделать другой, и прежний кончится:`,
  recoveryNone: 'Его нет: потеряв телефон, по коду не войти. Сделать на устройстве:',
  invitations: 'Неоткрытые приглашения',
  invitationOpen: (until) => `можно открыть до ${until}`,
};

/** Words about people, their keys and taking it all away. */
export const people = { en, ru };
