/** Every word on the page, one table a language. A row is text, or a function of what it speaks about. */

const en = {
  connecting: 'Connecting…',
  reconnecting: (since: string) => `Reconnecting · lost at ${since}`,
  reconnectingShort: 'Reconnecting…',
  cameraStarting: 'The camera is starting…',
  cameraAway: (since: string) => `Camera is away since ${since}`,
  cameraAwayCure: 'The picture returns by itself when the camera does.',
  waitingForKeyframe: 'Waiting for a keyframe…',
  noPicture: (since: string) => `No picture since ${since}`,
  goodbye: (since: string) => `The device ended the session at ${since}`,
  full: 'Too many people are watching. Trying again…',
  refused: (code: string) => `The device refused (${code}). Trying again…`,
  ended: 'Ended',
  unauthorizedTitle: 'Not let in',
  unauthorized: 'Open the link or the QR code that the device printed when it started.',
  wrongSecret: 'This link is not valid any more. Open the newest link or QR code that the device printed.',
  tooManyTries: 'Too many wrong links were tried. Wait a minute, then open the link again.',
  live: 'Live',
  notLive: 'Not live',
  watching: (count: number) => (count === 1 ? '1 watching' : `${count} watching`),
  unreachable: 'The device does not answer. Trying again…',
  away: 'Camera away',
  starting: 'Starting…',
  noFeeds: 'This device has no camera to show.',

  soundOn: 'Sound on',
  soundOff: 'Sound off',
  mute: 'Mute',
  tapForSound: 'Tap for sound',
  snapshot: 'Snapshot',
  snapshotTaken: (name: string) => `Saved ${name}`,
  fullscreen: 'Full screen',
  leaveFullscreen: 'Leave full screen',
  pictureInPicture: 'Picture in picture',
  tapForPicture: 'Tap to start the picture',
  grow: (title: string) => `Show ${title} large`,
  shrink: 'Show all',

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

  connection: 'Connection',
  direct: 'direct',
  relay: 'relayed',
  route: 'Route',
  codec: 'Codec',
  picture: 'Picture',
  bitrate: 'Bitrate',
  roundTrip: 'Round trip',
  loss: 'Loss',
  pictureAge: 'Picture’s age',
  unknown: '–',
  ms: (value: number) => `${Math.round(value)} ms`,
  kbps: (value: string) => `${value} kbit/s`,
  mbps: (value: string) => `${value} Mbit/s`,
  fps: (width: number, height: number, rate: number) => `${width} × ${height}, ${rate}/s`,
  close: 'Close',
};

export type Strings = typeof en;

const ru: Strings = {
  connecting: 'Соединяемся…',
  reconnecting: (since) => `Восстанавливаем связь · нет с ${since}`,
  reconnectingShort: 'Восстанавливаем связь…',
  cameraStarting: 'Камера включается…',
  cameraAway: (since) => `Камеры нет на связи с ${since}`,
  cameraAwayCure: 'Изображение вернётся само, когда вернётся камера.',
  waitingForKeyframe: 'Ждём ключевой кадр…',
  noPicture: (since) => `Нет изображения с ${since}`,
  goodbye: (since) => `Устройство завершило сеанс в ${since}`,
  full: 'Слишком много зрителей. Пробуем ещё раз…',
  refused: (code) => `Устройство отказало (${code}). Пробуем ещё раз…`,
  ended: 'Завершено',
  unauthorizedTitle: 'Нет доступа',
  unauthorized: 'Откройте ссылку или QR-код, которые устройство напечатало при запуске.',
  wrongSecret: 'Эта ссылка больше не действует. Откройте новейшую ссылку или QR-код устройства.',
  tooManyTries: 'Слишком много неверных попыток. Подождите минуту и откройте ссылку снова.',
  live: 'В эфире',
  notLive: 'Не в эфире',
  watching: (count) => `Смотрят: ${count}`,
  unreachable: 'Устройство не отвечает. Пробуем ещё раз…',
  away: 'Камеры нет',
  starting: 'Включается…',
  noFeeds: 'У этого устройства нет камеры.',

  soundOn: 'Звук включён',
  soundOff: 'Звук выключен',
  mute: 'Выключить звук',
  tapForSound: 'Включить звук',
  snapshot: 'Снимок',
  snapshotTaken: (name) => `Сохранён ${name}`,
  fullscreen: 'Во весь экран',
  leaveFullscreen: 'Выйти из полного экрана',
  pictureInPicture: 'Картинка в картинке',
  tapForPicture: 'Нажмите, чтобы начать показ',
  grow: (title) => `Увеличить: ${title}`,
  shrink: 'Показать все',

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

  connection: 'Соединение',
  direct: 'напрямую',
  relay: 'через сервер',
  route: 'Путь',
  codec: 'Кодек',
  picture: 'Картинка',
  bitrate: 'Поток',
  roundTrip: 'Туда и обратно',
  loss: 'Потери',
  pictureAge: 'Возраст кадра',
  unknown: '–',
  ms: (value) => `${Math.round(value)} мс`,
  kbps: (value) => `${value} кбит/с`,
  mbps: (value) => `${value} Мбит/с`,
  fps: (width, height, rate) => `${width} × ${height}, ${rate}/с`,
  close: 'Закрыть',
};

const tables = { en, ru } as const;
export type Language = keyof typeof tables;

/** The first of the reader's languages that we speak; English where there is none. */
export function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-', 1)[0];
    if (primary === 'en' || primary === 'ru') return primary;
  }
  return 'en';
}

export const language: Language = languageOf(globalThis.navigator?.languages ?? []);
export const strings: Strings = tables[language];

/** All tables, for the test that keeps them complete. */
export const allStrings: Readonly<Record<Language, Strings>> = tables;

/** The reader's own manner of writing times and figures (`en-GB`), where it belongs to the language we speak. */
const locale = globalThis.navigator?.languages?.find((tag) => languageOf([tag]) === language) ?? language;

const clockFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });

/** `14:02`, in the reader's own time and manner. */
export const clockTime = (wallMs: number): string => clockFormat.format(wallMs);

/** A figure with so many digits after the point, in the reader's manner. */
export const decimal = (value: number, digits: number): string =>
  value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
