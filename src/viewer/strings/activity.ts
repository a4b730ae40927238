const en = {
  activity: 'Activity',
  noActivity: 'Nothing is recorded yet.',
  activityPicture: 'with a picture',
  activityKeypad: (keypad: string) => `at the keypad ${keypad}`,
};

const ru: typeof en = {
  activity: 'Что делали',
  noActivity: 'Записей ещё нет.',
  activityPicture: 'со снимком',
  activityKeypad: (keypad) => `на клавиатуре ${keypad}`,
};

/** Words about the audit trail. */
export const activity = { en, ru };
