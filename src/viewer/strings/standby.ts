const en = {
  standby: 'Stand by',
  standbyState: 'Standing by',
  standbyWords: 'The camera is off; an alarm or the bell shows it.',
  wake: 'Show the picture',
  calledBy: (title: string) => `Shown by: ${title}`,
  ago: (age: string) => `${age} ago`,
  privacy: 'Privacy mode',
  privacyOn: 'Privacy mode is on',
  privacySince: (since: string) => `Camera and microphone are closed since ${since}.`,
  privacyUntil: (until: string) => `Until ${until}.`,
  privacyFor: 'Close camera and microphone',
  privacyEnd: 'End privacy mode',
  untilEnded: 'until I end it',
};

const ru: typeof en = {
  standby: 'Дежурный режим',
  standbyState: 'Дежурный режим',
  standbyWords: 'Камера выключена; её включит тревога или звонок.',
  wake: 'Показать картинку',
  calledBy: (title) => `Показано: ${title}`,
  ago: (age) => `${age} назад`,
  privacy: 'Приватный режим',
  privacyOn: 'Приватный режим включён',
  privacySince: (since) => `Камера и микрофон закрыты с ${since}.`,
  privacyUntil: (until) => `До ${until}.`,
  privacyFor: 'Закрыть камеру и микрофон',
  privacyEnd: 'Выключить приватный режим',
  untilEnded: 'пока не выключу',
};

/** Words about standing by and privacy mode. */
export const standby = { en, ru };
