const en = {
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
};

const ru: typeof en = {
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
};

/** Words about charts. */
export const charts = { en, ru };
