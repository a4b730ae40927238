const en = {
  activity: 'Activity',
  noActivity: 'Nothing is recorded yet.',
  activityPicture: 'with a picture',
};

const ru: typeof en = {
  activity: 'Что делали',
  noActivity: 'Записей ещё нет.',
  activityPicture: 'со снимком',
};

/** Words about the audit trail. */
export const activity = { en, ru };
