import { activity } from './activity.ts';
import { alarms } from './alarms.ts';
import { badge } from './badge.ts';
import { charts } from './charts.ts';
import { connection } from './connection.ts';
import { events } from './events.ts';
import { grants } from './grants.ts';
import { invite } from './invite.ts';
import { joining } from './joining.ts';
import { locks } from './locks.ts';
import { page } from './page.ts';
import { people } from './people.ts';
import { picture } from './picture.ts';
import { regain } from './regain.ts';
import { rings } from './rings.ts';
import { secondSteps } from './second-steps.ts';
import { sensors } from './sensors.ts';
import { settings } from './settings.ts';
import { standby } from './standby.ts';
import { talk } from './talk.ts';

/** A row is text, or a function of what it speaks about. A row that another language lacks does not compile. */
const en = {
  ...activity.en,
  ...alarms.en,
  ...badge.en,
  ...charts.en,
  ...connection.en,
  ...events.en,
  ...grants.en,
  ...invite.en,
  ...joining.en,
  ...locks.en,
  ...page.en,
  ...people.en,
  ...picture.en,
  ...regain.en,
  ...rings.en,
  ...secondSteps.en,
  ...sensors.en,
  ...settings.en,
  ...standby.en,
  ...talk.en,
};

export type Strings = typeof en;

const ru: Strings = {
  ...activity.ru,
  ...alarms.ru,
  ...badge.ru,
  ...charts.ru,
  ...connection.ru,
  ...events.ru,
  ...grants.ru,
  ...invite.ru,
  ...joining.ru,
  ...locks.ru,
  ...page.ru,
  ...people.ru,
  ...picture.ru,
  ...regain.ru,
  ...rings.ru,
  ...secondSteps.ru,
  ...sensors.ru,
  ...settings.ru,
  ...standby.ru,
  ...talk.ru,
};

/** All words, one table a language. */
export const tables = { en, ru } as const;

/** The areas one by one, for the test that no word has two homes. */
export const areas = {
  activity,
  alarms,
  badge,
  charts,
  connection,
  events,
  grants,
  invite,
  joining,
  locks,
  page,
  people,
  picture,
  regain,
  rings,
  secondSteps,
  sensors,
  settings,
  standby,
  talk,
};
