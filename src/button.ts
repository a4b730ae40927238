import type { Access } from './access/access.ts';
import type { Joined } from './access/joining.ts';
import { Presence } from './access/presence.ts';
import type { Trust } from './access/trust/trust.ts';
import type { Alarms } from './alarms.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import type { Profile } from './profile/profile.ts';
import type { Watch } from './watch.ts';

export interface ButtonSources {
  readonly profile: Profile;
  readonly access: Access;
  readonly trust: Pick<Trust, 'commit'>;
  readonly watch: Pick<Watch, 'sensors' | 'alarms'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Composes the device's button, where the profile has one: its sensor, the trail, and the events of it. */
export function composeButton({
  profile,
  access,
  trust,
  watch: { sensors, alarms },
  clock,
  log,
}: ButtonSources): Presence | undefined {
  const settings = profile.access.presence;
  if (!settings) return undefined;
  const presence = new Presence({
    ...{ holdMs: settings.hold, access, clock, log },
    audit: (draft) => trust.commit({ audit: [draft] }),
    tell: (title, severity) => void alarms.note({ type: 'device', severity, title }),
  });
  sensors.onReading(({ sensor, value }, now) => {
    if (sensor === settings.sensor) presence.button(value !== 0, now);
  });
  sensors.onState(({ sensor, state }, now) => {
    if (sensor === settings.sensor && state !== 'well') presence.button(undefined, now);
  });
  return presence;
}

/** Makes an event of somebody who came in as an owner though nobody asked them in. */
export function tellOwnerCame(
  { person, label, words }: Joined,
  how: 'recovery' | 'button',
  alarms: Pick<Alarms, 'note'>,
): void {
  const by = how === 'recovery' ? 'the recovery code' : "the device's button";
  const title = `${person.name} came in by ${by}`;
  alarms.note({ type: 'device', severity: 'warning', title, detail: `${label}: ${words}` });
}
