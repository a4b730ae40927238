const en = {
  unauthorizedOther:
    'This is not the device that this browser knows, or somebody stands in between. If it was reset or replaced, ask for a new invitation.',
  unauthorizedEnded: 'This browser was let in before, and is not any more. Ask for a new invitation.',
  unauthorizedStranger: 'This device belongs to somebody. Ask them for an invitation.',
  notNowTitle: 'Not now',
  notNow: (name: string | undefined) =>
    `${name === undefined ? 'You' : `${name}, you`} may not look at this time. The picture comes by itself when you may.`,
  keyInsecure:
    'Coming in needs a secure page: browsers make keys only there. Open the address with https://.',
  keyUnsupported:
    'This browser is too old: it knows no Ed25519 keys. Chrome 137, Firefox 129, Safari 17 and newer do.',
  keyNotKept:
    'This browser keeps nothing of this page, so it could not come in again. Leave the private window.',
  joinTitle: (device: string) => `Join ${device}`,
  joinName: 'Your name',
  joinLabel: 'What to call this browser',
  joinHint: 'This browser makes a key of its own. There is no password to remember.',
  join: 'Join',
  joining: 'Joining…',
  joinedAlready: (name: string) =>
    `This browser is let in already, as ${name}. Is the link for somebody else?`,
  joinAnyway: 'Use the link here',
  joinGoOn: 'Go on to the picture',
  joinWords: 'Key words',
  joinCompare:
    'Compare them with the device’s terminal. If they differ, somebody is in between: close the page.',
  joinOver: 'This invitation cannot be opened any more. Ask whoever sent it for a new one.',
  joinKnown: 'The device knows this browser already. Open the page without the link.',
  joinClosed: 'Too many wrong links were tried. At the device itself: vedette pair --again.',
  joinWrong: 'This is no invitation of this device. Look whether the link is complete.',
  joinUnreachable: 'The device does not answer. Try again.',
  keyChanged: (when: string) =>
    `This device has had another key since ${when}. It proved that it is the same device, and this browser knows it by the new key now.`,
};

const ru: typeof en = {
  unauthorizedOther:
    'Это не то устройство, которое знает этот браузер, или между вами кто-то стоит. Если его сбросили или заменили, попросите новое приглашение.',
  unauthorizedEnded: 'Раньше этому браузеру был открыт доступ, теперь нет. Попросите новое приглашение.',
  unauthorizedStranger: 'У этого устройства есть владелец. Попросите у него приглашение.',
  notNowTitle: 'Не сейчас',
  notNow: (name) =>
    `${name === undefined ? 'Вам' : `${name}, вам`} сейчас смотреть нельзя. Картинка появится сама, когда будет можно.`,
  keyInsecure:
    'Чтобы войти, нужна защищённая страница: только там браузер создаёт ключи. Откройте адрес с https://.',
  keyUnsupported:
    'Браузер слишком старый: он не знает ключей Ed25519. Подойдут Chrome 137, Firefox 129, Safari 17 и новее.',
  keyNotKept:
    'Браузер ничего не хранит для этой страницы и не смог бы войти снова. Выйдите из приватного окна.',
  joinTitle: (device) => `Вход: ${device}`,
  joinName: 'Ваше имя',
  joinLabel: 'Как назвать этот браузер',
  joinHint: 'Браузер создаст свой ключ. Пароль запоминать не нужно.',
  join: 'Войти',
  joining: 'Входим…',
  joinedAlready: (name) =>
    `Этому браузеру доступ уже открыт: ${name}. Может быть, ссылка для кого-то другого?`,
  joinAnyway: 'Открыть ссылку здесь',
  joinGoOn: 'Перейти к картинке',
  joinWords: 'Слова ключа',
  joinCompare:
    'Сравните их с терминалом устройства. Если они различаются, кто-то вмешался: закройте страницу.',
  joinOver: 'Это приглашение больше не открыть. Попросите новое у того, кто его прислал.',
  joinKnown: 'Устройство уже знает этот браузер. Откройте страницу без ссылки.',
  joinClosed: 'Слишком много неверных ссылок. На самом устройстве: vedette pair --again.',
  joinWrong: 'Это не приглашение этого устройства. Проверьте, вся ли ссылка на месте.',
  joinUnreachable: 'Устройство не отвечает. Попробуйте ещё раз.',
  keyChanged: (when) =>
    `У этого устройства новый ключ: он сменился ${when}. Устройство доказало, что оно то же самое, и браузер запомнил новый ключ.`,
};

/** Words about coming in by an invitation. */
export const joining = { en, ru };
