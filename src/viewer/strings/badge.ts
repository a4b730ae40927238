const en = {
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

const ru: typeof en = {
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

/** Words about the connection, for who wants to know. */
export const badge = { en, ru };
