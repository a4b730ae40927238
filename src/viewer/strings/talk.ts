const en = {
  talk: 'Hold to talk',
  talkShort: 'Talk',
  talkAsking: 'Allow the microphone…',
  talkConnecting: 'Connecting…',
  talking: 'Talking',
  talkRelease: 'Tap to stop',
  talkLetGo: 'Let go to stop',
  talkTo: (title: string) => `Talk to ${title}`,
  talkHint: 'Hold, or tap to keep talking',
  someoneTalks: 'Someone is talking',
  talkRefused: (reason: string) => `The device did not take the call: ${reason}`,
  talkBusy: 'Someone else is talking',
  talkLost: 'The connection was lost while you talked',
  microphoneDenied: 'The microphone is blocked. Allow it in the browser’s address bar and try again.',
  microphoneMissing: 'No microphone was found.',
  microphoneFailed: 'The microphone could not be opened.',
  insecure: 'Talking needs a secure page: browsers give the microphone only to those.',
  insecureCure: 'Open the secure page',
};

const ru: typeof en = {
  talk: 'Говорить (удерживайте)',
  talkShort: 'Говорить',
  talkAsking: 'Разрешите микрофон…',
  talkConnecting: 'Соединяемся…',
  talking: 'Вас слышно',
  talkRelease: 'Нажмите, чтобы закончить',
  talkLetGo: 'Отпустите, чтобы закончить',
  talkTo: (title) => `Говорить: ${title}`,
  talkHint: 'Удерживайте или нажмите один раз',
  someoneTalks: 'Кто-то говорит',
  talkRefused: (reason) => `Устройство не приняло вызов: ${reason}`,
  talkBusy: 'Сейчас говорит кто-то другой',
  talkLost: 'Связь прервалась во время разговора',
  microphoneDenied: 'Микрофон заблокирован. Разрешите его в адресной строке браузера и попробуйте снова.',
  microphoneMissing: 'Микрофон не найден.',
  microphoneFailed: 'Микрофон не удалось включить.',
  insecure: 'Чтобы говорить, нужна защищённая страница: только таким браузер даёт микрофон.',
  insecureCure: 'Открыть защищённую страницу',
};

/** Words about talking to whoever is at the device. */
export const talk = { en, ru };
