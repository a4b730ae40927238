const en = {
  activity: 'Activity',
  noActivity: 'Nothing is recorded yet.',
  activityPicture: 'with a picture',
  proofShow: 'Show the picture',
  proofHide: 'Hide the picture',
  proofTrue: 'It is the one that was taken: its hash is the trail’s.',
  proofAltered: 'Another picture lies in its place: its hash is not the trail’s.',
  proofGone: 'The picture is kept no longer.',
  activityKeypad: (keypad: string) => `at the keypad ${keypad}`,
};

const ru: typeof en = {
  activity: 'Что делали',
  noActivity: 'Записей ещё нет.',
  activityPicture: 'со снимком',
  proofShow: 'Показать снимок',
  proofHide: 'Убрать снимок',
  proofTrue: 'Это тот самый снимок: его хеш совпадает с журналом.',
  proofAltered: 'На его месте другой снимок: хеш не совпадает с журналом.',
  proofGone: 'Этот снимок больше не хранится.',
  activityKeypad: (keypad) => `на клавиатуре ${keypad}`,
};

/** Words about the audit trail. */
export const activity = { en, ru };
