import type { Pictures } from './actions/pictures.ts';
import type { Alarms } from './alarms.ts';
import type { MqttBus } from './buses/mqtt.ts';
import type { Clock } from './clock.ts';
import { HomeAssistant, type LockCommand } from './homeassistant/homeassistant.ts';
import type { Logger } from './log.ts';
import { doorOf, type Profile } from './profile/profile.ts';
import type { AuditDraft } from './protocol/access.ts';
import type { DeviceEvent } from './protocol/alarm.ts';
import type { LockHost } from './protocol/lock-host.ts';
import { Seldom } from './seldom.ts';
import type { Sensors } from './sensors/sensors.ts';
import type { DeviceSituation } from './situation.ts';
import { version } from './version.ts';

/** Who it is that asks from there. */
const asker = 'Home Assistant';
/** A broker that says the same over and over fills no trail. */
const refusalNotedEveryMs = 10 * 60_000;
const refusals = {
  kept: 'the broker had kept that, so nobody asks it now',
  untrusted: 'the profile does not trust the broker to',
} as const satisfies Record<NonNullable<LockCommand['refused']>, string>;

export interface HomeParts {
  readonly profile: Profile;
  readonly mqtt: MqttBus | undefined;
  readonly sensors: Sensors;
  readonly alarms: Alarms;
  readonly situation: DeviceSituation;
  readonly locks: LockHost;
  /** Writes into the trail; rejects where it cannot. */
  readonly audit: (draft: AuditDraft) => Promise<unknown>;
  readonly pictures: Pictures;
  /** Address of the page, without a secret. */
  readonly page: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Shows the device in Home Assistant, where the profile says so and names a broker. */
export function composeHome(parts: HomeParts): HomeAssistant | undefined {
  const { profile, mqtt, sensors, alarms, situation, locks, audit, pictures, page, clock, log } = parts;
  const { device: name, title, homeassistant: settings, feeds } = profile;
  if (!settings || !mqtt) return undefined;
  const known = feeds.map((feed) => ({ feed: feed.name, title: feed.title }));
  const belled = new Set(profile.rules.rules.map((rule) => doorOf(profile, rule)));
  const home = new HomeAssistant({
    device: { name, title, version, page },
    sensors: sensors.descriptions,
    rules: profile.rules.rules.map((rule) => ({
      rule: rule.name,
      title: rule.title,
      severity: rule.options.severity,
    })),
    locks: profile.locks.map(({ name: lock, title: called }) => ({ lock, title: called })),
    doorbells: known.filter(({ feed }) => belled.has(feed)),
    ...{ feeds: known, settings, mqtt, clock, log },
  });
  home.onAcknowledge((rule) => {
    for (const status of alarms.statuses)
      if (rule === undefined || status.rule === rule) alarms.acknowledge(status.rule, asker);
  });
  const noted = new Seldom(refusalNotedEveryMs, clock);
  const refuse = async ({ lock, to }: LockCommand, why: string): Promise<void> => {
    const title = `${asker} may not ${to} ${lock}: ${why}`;
    log.warn({ lock }, title);
    if (noted.first(title)) await audit({ type: 'refusal', title, lock });
  };
  const move = async (command: LockCommand): Promise<void> => {
    const { lock, to, refused } = command;
    if (refused !== undefined) return refuse(command, refusals[refused]);
    // The broker's word may stand for a grant, never for a second step.
    if (to === 'unlock' && locks.statuses.some((it) => it.lock === lock && it.secondStep !== undefined))
      return refuse(command, 'it needs a second step');
    const title = `${asker} asked to ${to} ${lock}, by the word of the broker alone`;
    const entry = { type: 'request', title, lock } as const;
    // Locking does no harm; an unlock waits until it is in the trail.
    const written = audit(entry);
    if (to === 'unlock') await written;
    else written.catch((error: unknown) => log.warn({ err: error }, `not in the trail: ${entry.title}`));
    const outcome = await locks[to](lock, asker);
    const came = outcome.done ? `${lock} did ${to} for ${asker}` : `${lock} did not ${to}: ${outcome.reason}`;
    await audit({ type: 'lock', title: came, lock });
  };
  home.onLockCommand((command) => {
    move(command).catch((error: unknown) =>
      log.warn({ lock: command.lock, err: error }, 'a command of Home Assistant to a lock'),
    );
  });
  const told = new Recent();
  const show = async ({ id, feed }: DeviceEvent): Promise<void> => {
    if (feed === undefined || !home.wantsPicture(feed) || !told.first(`picture ${id}`)) return;
    const jpeg = await pictures.kept(id);
    if (jpeg) home.picture(feed, jpeg);
  };
  sensors.onReading((reading) => home.state({ state: 'well', sensor: reading.sensor, reading }));
  sensors.onState((state) => home.state(state));
  situation.onChange((change) => {
    if (change.type === 'alarm') home.alarm(change.rule, change.status);
    if (change.type === 'lock') home.lock(change.status);
    if (change.type === 'ring' && change.status.state === 'ringing') {
      const { ring, feed, since } = change.status;
      if (told.first(`ring ${ring}`)) home.ring({ ring, feed, time: since });
    }
    if (change.type === 'event' && change.event.snapshot)
      show(change.event).catch((error: unknown) =>
        log.warn({ err: error }, 'a picture could not be shown to the broker'),
      );
  });
  return home;
}

/** More than go on at once. */
const recentlyTold = 64;

/** What was told lately, so that nothing is told twice. */
class Recent {
  readonly #keys = new Set<string>();

  /** Whether `key` is new. */
  first(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > recentlyTold && oldest !== undefined) this.#keys.delete(oldest);
    return true;
  }
}
