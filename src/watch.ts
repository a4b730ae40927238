import { join } from 'node:path';
import { Actions } from './actions/actions.ts';
import { Pictures } from './actions/pictures.ts';
import { PushPeople } from './actions/web-push/people.ts';
import { Alarms } from './alarms.ts';
import { composeBell } from './bell.ts';
import { Buses } from './buses/buses.ts';
import type { Clock } from './clock.ts';
import { tellConfirmations } from './confirm-events.ts';
import { VedetteError } from './errors.ts';
import type { ComposedFeed, Feeds } from './feeds.ts';
import { composeHome } from './home.ts';
import { availabilityWill } from './homeassistant/topics.ts';
import { LiveSign } from './live-sign.ts';
import { tellLockEvents } from './lock-events.ts';
import { Locks } from './locks/locks.ts';
import type { Logger } from './log.ts';
import { Privacy } from './privacy.ts';
import { doorOf, type Profile } from './profile/profile.ts';
import type { AuditDraft } from './protocol/access.ts';
import type { LockHost } from './protocol/lock-host.ts';
import { EventIds } from './records/event-id.ts';
import type { Records } from './records/records.ts';
import type { WaitingUnlocks } from './second-steps/waiting.ts';
import { Sensors } from './sensors/sensors.ts';
import type { Sessions } from './session/sessions.ts';
import { DeviceSituation, type SituationParts } from './situation.ts';

export interface WatchParts {
  readonly profile: Profile;
  readonly feeds: Feeds;
  readonly records: Records;
  /** Where privacy mode is kept. */
  readonly stateDir: string;
  /** They are told by what stands here, and so are made after it. */
  readonly sessions: () => Sessions;
  /** The page at this feed: an address that people can open, with no secret in it. */
  readonly link: (feed?: string) => string;
  /** Unlocks that wait for their second step. */
  readonly waiting: WaitingUnlocks;
  /** Who may confirm an unlock of a lock that needs a second person. */
  readonly confirmers: SituationParts['confirmers'];
  /** Whether people can be let in and things be unlocked. */
  readonly trust: SituationParts['trust'];
  /** Writes into the trail; rejects where it cannot. */
  readonly audit: (draft: AuditDraft) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a device notices, decides and does. */
export interface Watch {
  readonly sensors: Sensors;
  readonly alarms: Alarms;
  readonly actions: Actions;
  readonly push: PushPeople;
  readonly situation: DeviceSituation;
  readonly buses: Buses;
  readonly locks: LockHost;
  /** Tells whoever is at the device that somebody watches. */
  readonly liveSign: LiveSign;
  /** Takes up what a restart interrupted, then begins to notice. */
  start(): Promise<void>;
  /** Notices nothing more. Synchronous: what comes after it is no event any more. */
  halt(): void;
  /** Ends what it does; the buses come last, since actions let go of them. */
  stop(): Promise<void>;
}

/** Composes it, from the sensors to the actions. */
export function composeWatch(parts: WatchParts): Watch {
  const { profile, feeds, records, stateDir, sessions, link, audit, clock, log } = parts;
  const { device, title, mqtt, homeassistant } = profile;
  const named = (feed: string): ComposedFeed => {
    const found = feeds.find(feed);
    if (!found)
      throw new VedetteError('feed/unknown', {
        feed,
        known: profile.feeds.map(({ name }) => name).join(', '),
      });
    return found;
  };
  const buses = new Buses({
    ...{ device, mqtt, clock, log },
    will: homeassistant && availabilityWill(device, homeassistant),
  });
  const sensors = new Sensors({
    sensors: profile.sensors,
    parts: {
      buses,
      camera: (feed) => feeds.find(feed)?.feed.camera,
      microphone: (feed) => feeds.find(feed)?.microphone,
      ...{ clock, log },
    },
    log,
  });
  const pictures = new Pictures(
    {
      snapshotPath: (event) => records.snapshotPath(event),
      async addSnapshot(id, jpeg) {
        const event = await records.addSnapshot(id, jpeg);
        if (event) alarms.tell(event);
      },
    },
    (feed) => feeds.snapshot(feed),
  );
  const push = new PushPeople({ kept: records, settings: profile.push, contact: link(), clock, log });
  const bell = composeBell({ feeds, records, sessions, alarms: () => alarms, clock, log });
  const { ringing } = bell;
  const actions = new Actions({
    actions: profile.actions,
    parts: {
      device: { name: device, title },
      feedTitle: (feed) => named(feed).feed.title,
      link,
      showFeed: (feed, how) => sessions().show(feed, how),
      ring: (feed, { event }, options) => bell.ring(feed, event, options),
      record: (feed, { id }, span) => records.clips.record({ feed: named(feed).clip, event: id, ...span }),
      pictures,
      speaker: (feed) => feeds.find(feed)?.speaker,
      ...{ buses, push, clock, log },
    },
    deliveries: records.deliveries,
    failed: ({ action, error, event }) => failed(action, error.message, event),
  });
  const ids = new EventIds(clock);
  const alarms = new Alarms({
    ...{ rules: profile.rules, sensors, actions, records, ids, clock, log },
    doorOf: (rule) => doorOf(profile, rule),
    rings: (feed) => ringing.rings(feed),
  });
  const failed = (
    action: string,
    reason: string,
    event?: { readonly title: string; readonly feed?: string | undefined },
  ) =>
    alarms.note({
      ...{ type: 'device', severity: 'warning', title: `${action}: ${reason}` },
      ...(event ? { detail: `for: ${event.title}` } : {}),
    });
  const privacy = new Privacy({
    setPrivate: (on) => feeds.setPrivate(on),
    path: join(stateDir, 'privacy.json'),
    clock,
    log,
  });
  const liveSign = new LiveSign({
    ...{ actions, settings: profile.live, ids, title, clock },
  });
  privacy.onChange(({ on }) => liveSign.private(on));
  const locks = new Locks({ locks: profile.locks, parts: { buses, clock, log } });
  const situation = new DeviceSituation({ ...parts, sensors, alarms, ringing, locks, privacy });
  const home = composeHome({
    profile,
    mqtt: buses.mqtt,
    sensors,
    alarms,
    situation,
    locks,
    audit,
    pictures,
    page: link(),
    clock,
    log,
  });

  sensors.onReading((reading) => records.addReading(reading));
  sensors.onReading((reading) => locks.sensor({ state: 'well', sensor: reading.sensor, reading }));
  sensors.onState((state) => locks.sensor(state));
  tellLockEvents({ locks, alarms, actions, pictures, audit, clock, log });
  tellConfirmations({ locks: profile.locks, waiting: parts.waiting, alarms, actions, clock });
  sensors.onFlood(({ sensor, dropped }) => {
    const detail = `${dropped} values were left out: it says too much`;
    alarms.note({ type: 'device', severity: 'info', title: sensor, sensor, detail });
  });
  records.onEvent((event) => alarms.tell(event));
  records.onTrouble((trouble) => {
    if (trouble !== undefined) alarms.note({ type: 'device', severity: 'warning', title: trouble });
  });

  return {
    ...{ sensors, alarms, actions, push, situation, buses, locks, liveSign },
    async start() {
      await Promise.all([privacy.start(), push.start(), actions.start(), locks.start()]);
      liveSign.private(privacy.status.on);
      await alarms.start();
      await bell.start();
      feeds.start();
      // Whoever is called by an alarm begins with what the clips begin with anyway.
      for (const { name, preRollMs } of profile.feeds)
        if (preRollMs > 0) sessions().keepReady(named(name).clip.video);
      for (const status of locks.statuses) home?.lock(status);
      for (const status of alarms.statuses) home?.alarm(status.rule, status);
      home?.start();
      sensors.start();
      for (const feed of profile.records.continuous) records.clips.continuous(named(feed).clip);
    },
    halt() {
      home?.stop();
      alarms.stop();
      privacy.stop();
      ringing.stop();
      liveSign.stop();
    },
    async stop() {
      await Promise.all([sensors.stop(), locks.stop(), actions.stop()]);
    },
  };
}
