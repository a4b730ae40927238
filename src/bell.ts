import type { RingOptions } from './actions/ring.ts';
import type { Alarms } from './alarms.ts';
import type { Clock, WallMs } from './clock.ts';
import { VedetteError } from './errors.ts';
import type { Feeds } from './feeds.ts';
import type { Logger } from './log.ts';
import { playSound } from './media/sound/play.ts';
import type { DeviceEvent } from './protocol/alarm.ts';
import type { Records } from './records/records.ts';
import { Ringing } from './ringing/ringing.ts';
import type { Sessions } from './session/sessions.ts';

/** A ring lasts half a minute: of more than the newest none can have been going on. */
const ringsLookedAt = 16;

export interface BellParts {
  readonly feeds: Feeds;
  readonly records: Records;
  readonly sessions: () => Sessions;
  readonly alarms: () => Alarms;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The bells of a device: rings, and what a visitor hears and says meanwhile. */
export interface Bell {
  readonly ringing: Ringing;
  /** Nobody came to what rang when the device went off. */
  start(): Promise<void>;
  /** @throws VedetteError `feed/unknown` */
  ring(feed: string, event: DeviceEvent, options: RingOptions): void;
}

/** Composes the bells out of the rings' states, the speakers and the records. */
export function composeBell({ feeds, records, sessions, alarms, clock, log }: BellParts): Bell {
  /** What can be played, by ring; of the newest ring of each feed. */
  const replies = new Map<string, { readonly ring: string; readonly options: RingOptions }>();
  const sound = (
    feed: string,
    what: { readonly file?: string | undefined; readonly say?: string | undefined },
    signal?: AbortSignal,
  ) => {
    const speaker = feeds.find(feed)?.speaker;
    return speaker ? playSound(speaker, what, signal) : Promise.resolve();
  };
  const ringing = new Ringing({
    present: () => sessions().reachable,
    // Who looks sees the visitor; what is said at the door is heard by who answers.
    show: (feed) => sessions().show(feed, { sound: false }),
    async play(ring, reply, signal) {
      for (const [feed, { ring: of, options }] of replies) {
        const what = options.replies[reply];
        if (of === ring && what) await sound(feed, what, signal);
      }
    },
    outcome: (ring, outcome) => void alarms().change(ring, { outcome }),
    record(_ring, feed, ms) {
      const title = feeds.find(feed)?.feed.title ?? feed;
      const message = alarms().note({
        type: 'message',
        severity: 'info',
        title,
        feed,
      });
      const clip = feeds.find(feed)?.clip;
      const going = clip && records.clips.record({ feed: clip, event: message.id, beforeMs: 0, afterMs: ms });
      return () => going?.stop();
    },
    ...{ clock, log },
  });
  return {
    ringing,
    async start() {
      const recent = await records.events({ limit: ringsLookedAt, types: ['ring'] });
      for (const { id, outcome } of recent)
        if (outcome === undefined) await alarms().change(id, { outcome: 'missed' });
    },
    ring(feed, { id, title, time }, options) {
      const found = feeds.find(feed);
      if (!found) throw new VedetteError('feed/unknown', { feed, known: '' });
      const begun = ringing.ring({
        ...{ ring: id, feed, title, since: time as WallMs },
        ...{ answerMs: options.after, messageMs: options.message === false ? 0 : options.message },
        replies: Object.entries(options.replies).map(([reply, it]) => ({ reply, title: it.title })),
      });
      if (!begun) return;
      replies.set(feed, { ring: id, options });
      if (options.chime)
        sound(feed, options.chime).catch((error: unknown) =>
          log.warn({ err: error }, 'the chime could not be played'),
        );
    },
  };
}
