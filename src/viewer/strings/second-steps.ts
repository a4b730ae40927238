const en = {
  needsPerson: 'Somebody else who may open it has to confirm on their page.',
  timeLeft: (seconds: number) => `${seconds} s left.`,
  confirmAsked: (name: string, lock: string) => `${name} asks to open ${lock}`,
  confirmHint: 'It opens only if you allow it.',
  confirmAllow: 'Allow',
  confirmDecline: 'Decline',
  confirmAllowed: 'Allowed.',
  confirmDeclined: 'Declined: it stays locked.',
};

const ru: typeof en = {
  needsPerson: 'Кто-то ещё, кому можно открывать, должен подтвердить на своей странице.',
  timeLeft: (seconds) => `Осталось ${seconds} с.`,
  confirmAsked: (name, lock) => `${name} просит открыть: ${lock}`,
  confirmHint: 'Откроется, только если вы разрешите.',
  confirmAllow: 'Разрешить',
  confirmDecline: 'Отказать',
  confirmAllowed: 'Разрешено.',
  confirmDeclined: 'Отказано: остаётся закрытым.',
};

/** Words about what an unlock may need beside a grant. */
export const secondSteps = { en, ru };
