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

  navigation: 'Parts of the page',
  viewLive: 'Live',
  viewEvents: 'Events',
  viewCharts: 'Charts',
  more: 'More',
  loading: 'Loading…',
  loadFailed: 'The device did not give it.',
  tryAgain: 'Try again',
  refusedRequest: (reason: string) => `The device refused: ${reason}`,
  notSent: 'Not connected: the device did not hear that.',

  sensors: 'Sensors',
  waitingForValue: 'No value yet',
  on: 'On',
  off: 'Off',
  rising: 'rising',
  falling: 'falling',
  steady: 'steady',
  now: 'now',
  seconds: (count: number) => `${count} s`,
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
  above: (limit: string) => `above ${limit}`,
  below: (limit: string) => `below ${limit}`,
  nearLimit: (limit: string) => `near ${limit}`,
  inAlarm: 'in alarm',
  faultUnavailable: 'Sensor is gone',
  faultMissing: 'Sensor is silent',
  faultOutOfRange: 'Impossible value',
  faultStuck: 'Sensor is stuck',
  staleValue: 'No connection',
  showChart: (title: string) => `Show the chart of ${title}`,
  setSensor: (title: string) => `Set ${title}`,

  alarms: 'Alarms',
  info: 'Note',
  warning: 'Warning',
  critical: 'Alarm',
  since: (since: string, age: string) => `since ${since} (${age})`,
  latched: 'It is over, and nobody has said “Got it” yet.',
  look: 'Look',
  gotIt: 'Got it',
  gotItBy: (name: string) => `${name} got it`,
  someone: 'Someone',
  silence: 'Silence',
  silenced: 'Silenced',
  shelve: 'Shelve…',
  shelveFor: 'Raise nothing for',
  shelveReason: 'Why',
  shelveNow: 'Shelve',
  shelvedUntil: (until: string) => `Shelved until ${until}`,
  unshelve: 'End shelving',
  cancel: 'Cancel',

  ringing: 'Someone is at the door',
  answer: 'Answer',
  decline: 'Decline',
  readyReplies: 'Ready replies',
  answeredBy: (name: string) => `${name} answered`,
  declinedBy: (name: string) => `${name} declined`,
  ringMissed: 'Nobody answered',
  ringMessage: 'Nobody answered; the visitor may leave a message.',
  inCall: (title: string) => `You are talking to: ${title}`,
  hangUp: 'Hang up',
  tapForBell: 'Tap anywhere to hear it',

  events: 'Events',
  recentEvents: 'Latest events',
  allEvents: 'All events',
  noEvents: 'Nothing has happened yet.',
  noEventsFit: 'No event fits these filters.',
  typeAlarm: 'Alarms',
  typeRing: 'Rings',
  typeFault: 'Faults',
  typeMessage: 'Messages',
  typeDevice: 'Device',
  filterType: 'What',
  filterSeverity: 'How much it matters',
  severityInfo: 'Notes',
  severityWarning: 'Warnings',
  severityCritical: 'Critical',
  earlier: 'Show earlier ones',
  today: 'Today',
  yesterday: 'Yesterday',
  pictureOf: (title: string) => `Picture: ${title}`,
  playClip: (title: string) => `Play the clip: ${title}`,
  showPicture: (title: string) => `Show the picture: ${title}`,
  clipShort: 'Clip',
  downloadClip: 'Download clip',
  downloadPicture: 'Download picture',
  clipFailed: 'This clip cannot be played here. Download it instead.',
  stillRaised: 'still raised',
  lasted: (age: string) => `lasted ${age}`,
  answered: 'answered',
  declined: 'declined',
  missed: 'missed',
  daysLeft: (days: string) => `Room for records: about ${days}`,
  recordsTrouble: (trouble: string) => `Records: ${trouble}`,
  deviceTime: (time: string) => `${time} at the device`,
  zoneSame: (zone: string) => `Times in ${zone}`,
  zoneOther: (zone: string, device: string) => `Times in ${zone}; the device is in ${device}`,

  charts: 'Charts',
  chooseSensors: 'Sensors to draw',
  noSensors: 'This device has no sensors.',
  range: 'Time shown',
  range15m: '15 min',
  range1h: '1 h',
  range6h: '6 h',
  range1d: '1 day',
  range7d: '7 days',
  range30d: '30 days',
  earlierInTime: 'Earlier',
  laterInTime: 'Later',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  follow: 'Follow now',
  chartHint: 'Drag to move, scroll or pinch to zoom; arrows, + and − by keyboard.',
  chartWords: (title: string, low: string, high: string, last: string) =>
    `${title}: lowest ${low}, highest ${high}, last ${last}`,
  chartEmpty: 'No readings in this time.',
  chartEvents: 'Events in this time',

  settings: 'Settings',
  myName: 'My name',
  myNameHint: 'Others read it when you answer or take an alarm.',
  quietHours: 'Quiet hours',
  quietHint: 'The bell is shown, not heard. Critical alarms are heard all the same.',
  from: 'from',
  to: 'to',
  snooze: 'Snooze',
  snoozeUntil: (until: string) => `Snoozed until ${until}`,
  snoozeOff: 'not now',
  notifications: 'Notifications on this device',
  notificationsHint: 'Alarms and the bell reach you when this page is closed.',
  notificationsInsecure: 'Notifications need a secure page.',
  notificationsUnsupported:
    'This browser has no notifications for this page. On an iPhone, add it to the home screen first.',
  notificationsDenied: 'Notifications are blocked. Allow them in the browser’s address bar.',
  notificationsOff: 'This device sends no notifications.',
  notificationsFailed: 'Notifications could not be switched. Try again.',
  done: 'Done',
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

  navigation: 'Разделы страницы',
  viewLive: 'Эфир',
  viewEvents: 'События',
  viewCharts: 'Графики',
  more: 'Ещё',
  loading: 'Загружаем…',
  loadFailed: 'Устройство не дало ответа.',
  tryAgain: 'Попробовать ещё раз',
  refusedRequest: (reason) => `Устройство отказало: ${reason}`,
  notSent: 'Нет связи: устройство этого не услышало.',

  sensors: 'Датчики',
  waitingForValue: 'Значения ещё нет',
  on: 'Вкл.',
  off: 'Выкл.',
  rising: 'растёт',
  falling: 'падает',
  steady: 'ровно',
  now: 'сейчас',
  seconds: (count) => `${count} с`,
  minutes: (count) => `${count} мин`,
  hours: (count) => `${count} ч`,
  days: (count) => `${count} дн.`,
  above: (limit) => `выше ${limit}`,
  below: (limit) => `ниже ${limit}`,
  nearLimit: (limit) => `близко к ${limit}`,
  inAlarm: 'тревога',
  faultUnavailable: 'Датчик пропал',
  faultMissing: 'Датчик молчит',
  faultOutOfRange: 'Невозможное значение',
  faultStuck: 'Датчик застыл',
  staleValue: 'Нет связи',
  showChart: (title) => `Показать график: ${title}`,
  setSensor: (title) => `Задать: ${title}`,

  alarms: 'Тревоги',
  info: 'Заметка',
  warning: 'Предупреждение',
  critical: 'Тревога',
  since: (since, age) => `с ${since} (${age})`,
  latched: 'Уже прошло, но никто ещё не отметил «Понятно».',
  look: 'Посмотреть',
  gotIt: 'Понятно',
  gotItBy: (name) => `Отметил(а): ${name}`,
  someone: 'Кто-то',
  silence: 'Без звука',
  silenced: 'Без звука',
  shelve: 'Отложить…',
  shelveFor: 'Не тревожить',
  shelveReason: 'Почему',
  shelveNow: 'Отложить',
  shelvedUntil: (until) => `Отложено до ${until}`,
  unshelve: 'Больше не откладывать',
  cancel: 'Отмена',

  ringing: 'Кто-то у двери',
  answer: 'Ответить',
  decline: 'Отклонить',
  readyReplies: 'Готовые ответы',
  answeredBy: (name) => `Отвечает: ${name}`,
  declinedBy: (name) => `Отклонено: ${name}`,
  ringMissed: 'Никто не ответил',
  ringMessage: 'Никто не ответил; гость может оставить сообщение.',
  inCall: (title) => `Вы говорите: ${title}`,
  hangUp: 'Положить трубку',
  tapForBell: 'Коснитесь страницы, чтобы слышать звонок',

  events: 'События',
  recentEvents: 'Последние события',
  allEvents: 'Все события',
  noEvents: 'Пока ничего не произошло.',
  noEventsFit: 'Таких событий нет.',
  typeAlarm: 'Тревоги',
  typeRing: 'Звонки',
  typeFault: 'Неисправности',
  typeMessage: 'Сообщения',
  typeDevice: 'Устройство',
  filterType: 'Что',
  filterSeverity: 'Насколько важно',
  severityInfo: 'Заметки',
  severityWarning: 'Предупреждения',
  severityCritical: 'Критические',
  earlier: 'Показать более ранние',
  today: 'Сегодня',
  yesterday: 'Вчера',
  pictureOf: (title) => `Снимок: ${title}`,
  playClip: (title) => `Смотреть запись: ${title}`,
  showPicture: (title) => `Показать снимок: ${title}`,
  clipShort: 'Запись',
  downloadClip: 'Скачать запись',
  downloadPicture: 'Скачать снимок',
  clipFailed: 'Здесь эту запись не посмотреть. Скачайте её.',
  stillRaised: 'ещё длится',
  lasted: (age) => `длилось ${age}`,
  answered: 'отвечено',
  declined: 'отклонено',
  missed: 'пропущено',
  daysLeft: (days) => `Места для записей: примерно ${days}`,
  recordsTrouble: (trouble) => `Записи: ${trouble}`,
  deviceTime: (time) => `${time} у устройства`,
  zoneSame: (zone) => `Время: ${zone}`,
  zoneOther: (zone, device) => `Время: ${zone}; устройство: ${device}`,

  charts: 'Графики',
  chooseSensors: 'Какие датчики рисовать',
  noSensors: 'У этого устройства нет датчиков.',
  range: 'Отрезок времени',
  range15m: '15 мин',
  range1h: '1 ч',
  range6h: '6 ч',
  range1d: '1 день',
  range7d: '7 дней',
  range30d: '30 дней',
  earlierInTime: 'Раньше',
  laterInTime: 'Позже',
  zoomIn: 'Приблизить',
  zoomOut: 'Отдалить',
  follow: 'К текущему времени',
  chartHint: 'Тяните, чтобы сдвинуть; колесо или щипок — масштаб; с клавиатуры — стрелки, + и −.',
  chartWords: (title, low, high, last) =>
    `${title}: наименьшее ${low}, наибольшее ${high}, последнее ${last}`,
  chartEmpty: 'За это время показаний нет.',
  chartEvents: 'События за это время',

  settings: 'Настройки',
  myName: 'Моё имя',
  myNameHint: 'Его увидят другие, когда вы ответите или примете тревогу.',
  quietHours: 'Тихие часы',
  quietHint: 'Звонок видно, но не слышно. Критические тревоги слышны всегда.',
  from: 'с',
  to: 'до',
  snooze: 'Не звонить',
  snoozeUntil: (until) => `Не звонить до ${until}`,
  snoozeOff: 'звонить',
  notifications: 'Уведомления на этом устройстве',
  notificationsHint: 'Тревоги и звонки дойдут, когда страница закрыта.',
  notificationsInsecure: 'Уведомлениям нужна защищённая страница.',
  notificationsUnsupported:
    'В этом браузере уведомлений для страницы нет. На iPhone сначала добавьте её на экран «Домой».',
  notificationsDenied: 'Уведомления заблокированы. Разрешите их в адресной строке браузера.',
  notificationsOff: 'Это устройство уведомлений не шлёт.',
  notificationsFailed: 'Не удалось переключить уведомления. Попробуйте ещё раз.',
  done: 'Готово',
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

const dayFormat = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'long' });
const dayTimeFormat = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const clockSecondsFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });

/** `14:02:07`. */
export const clockSeconds = (wallMs: number): string => clockSecondsFormat.format(wallMs);

/** `Tue, 24 November`. */
export const dayName = (wallMs: number): string => dayFormat.format(wallMs);

/** `24 Nov, 14:02`. */
export const dayTime = (wallMs: number): string => dayTimeFormat.format(wallMs);

/** The time in another zone of IANA's, with its day where it is another one; undefined for a zone that is not known. */
export function timeIn(wallMs: number, zone: string): string | undefined {
  try {
    const day = (timeZone?: string): string =>
      new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', ...(timeZone && { timeZone }) }).format(wallMs);
    return new Intl.DateTimeFormat(locale, {
      ...(day(zone) === day() ? {} : { day: 'numeric', month: 'short' }),
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    }).format(wallMs);
  } catch {
    return undefined;
  }
}

/** The reader's own zone, as IANA calls it. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A length of time in its greatest unit: `7 s`, `3 min`, `2 h`, `4 days`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return strings.seconds(seconds);
  if (seconds < 3_600) return strings.minutes(Math.floor(seconds / 60));
  return seconds < 172_800
    ? strings.hours(Math.floor(seconds / 3_600))
    : strings.days(Math.floor(seconds / 86_400));
}

/** A value as people write it: `21.4 °C`; a boolean in a word. */
export function valueWords(
  value: number,
  {
    type,
    unit,
    decimals,
  }: { readonly type: 'number' | 'boolean'; readonly unit: string; readonly decimals: number },
): string {
  if (type === 'boolean') return value === 0 ? strings.off : strings.on;
  return unit === '' ? decimal(value, decimals) : `${decimal(value, decimals)} ${unit}`;
}
