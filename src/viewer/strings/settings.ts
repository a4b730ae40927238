const en = {
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

const ru: typeof en = {
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

/** Words about settings and notifications of this browser. */
export const settings = { en, ru };
