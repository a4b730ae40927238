const en = {
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
  viewPeople: 'People',
};

const ru: typeof en = {
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
  viewPeople: 'Люди',
};

/** Words about the page around everything else. */
export const page = { en, ru };
