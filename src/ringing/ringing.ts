import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { RingStatus } from '../protocol/alarm.ts';
import type { Asker, SituationRequest } from '../protocol/situation.ts';
import {
  beginRing,
  dueMs,
  isSameRing,
  type Ring,
  type RingInput,
  type RingPress,
  statusOf,
  stepRing,
} from './ring.ts';

export type { RingPress } from './ring.ts';

/** What viewers may ask of a ring. */
export type RingRequest = Extract<SituationRequest, { type: 'answer' | 'decline' | 'reply' | 'hang-up' }>;

export interface RingingParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Sessions that may answer and are there. */
  present(): readonly string[];
  /** Shows the feed to those who stand by, while it rings and while a visitor leaves a message. */
  show(feed: string): () => void;
  /** Plays a ready reply at the door; resolves when it was heard. */
  play(ring: string, reply: string, signal: AbortSignal): Promise<void>;
  /** How it ended, for its event; a ring that somebody answers late ends a second time. */
  outcome(ring: string, outcome: 'answered' | 'declined' | 'missed', by: string | undefined): void;
  /** Records what the visitor says, for so long at the most; the returned function ends that. */
  record(ring: string, feed: string, ms: number): () => void;
}

/** A ring and what goes on for it. */
interface Live {
  ring: Ring;
  show: (() => void) | undefined;
  recording: (() => void) | undefined;
  readonly reply: AbortController;
}

/** Who is at the door, one ring a feed: the one timer around {@link stepRing}, and what its states do. */
export class Ringing {
  readonly #parts: RingingParts;
  /** By feed. */
  readonly #live = new Map<string, Live>();
  readonly #listeners = new Set<(status: RingStatus) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RingingParts) {
    this.#parts = parts;
  }

  /** Rings that are not over. */
  get statuses(): readonly RingStatus[] {
    return [...this.#live.values()].map(({ ring }) => statusOf(ring));
  }

  /** Calls `listener` with each change, `over` being the last word on a ring. */
  onChange(listener: (status: RingStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Whether a press of this feed's bell is no new ring: it rings already, or somebody has just come. */
  rings(feed: string): boolean {
    const live = this.#live.get(feed);
    return live !== undefined && isSameRing(live.ring, this.#parts.clock.now());
  }

  /** Begins to ring; false where it rings already ({@link Ringing.rings}), and nothing changes. */
  ring(press: RingPress): boolean {
    if (this.rings(press.feed)) return false;
    const before = this.#live.get(press.feed);
    if (before) this.#step(before, { type: 'replaced' });
    const ring = beginRing(press, this.#parts.clock.now());
    const live: Live = { ring, show: undefined, recording: undefined, reply: new AbortController() };
    this.#live.set(press.feed, live);
    this.#parts.log.info({ ring: ring.ring, feed: ring.feed }, 'somebody rings');
    this.#became(live);
    this.#arm();
    return true;
  }

  /** Does what a viewer asks; gives the reason where it is refused. */
  obey(request: RingRequest, by: Asker): VedetteError | undefined {
    const live = [...this.#live.values()].find(({ ring }) => ring.ring === request.ring);
    if (!live) return new VedetteError('ring/over');
    switch (request.type) {
      case 'answer':
      case 'hang-up':
        return this.#step(live, { type: request.type, by });
      case 'reply':
        return this.#step(live, { type: 'reply', reply: request.reply, by });
      case 'decline':
        return this.#step(live, { type: 'decline', by, present: this.#parts.present() });
    }
  }

  /** The session is over: a call that it had ends. */
  left(session: string): void {
    const present = this.#parts.present().filter((id) => id !== session);
    for (const live of [...this.#live.values()]) this.#step(live, { type: 'left', session, present });
  }

  /** Ends every ring without a word: the device stops. */
  stop(): void {
    clearTimeout(this.#timer);
    for (const live of this.#live.values()) this.#end(live);
    this.#live.clear();
    this.#listeners.clear();
  }

  #step(live: Live, input: RingInput): VedetteError | undefined {
    const before = live.ring;
    const { ring, play, refused } = stepRing(before, input, this.#parts.clock.now());
    live.ring = ring;
    if (play !== undefined) this.#play(live, play);
    if (ring.state !== before.state) this.#became(live);
    else if (ring.replying !== before.replying) this.#say(ring);
    this.#arm();
    return refused;
  }

  /** Tells the new state, and does what it wants done; a state that lasts no time is left at once. */
  #became(live: Live): void {
    const { outcome, record, show, log } = this.#parts;
    const { ring } = live;
    const status = this.#say(ring);
    switch (ring.state) {
      case 'ringing':
        live.show = show(ring.feed);
        return;
      case 'message':
        live.recording = record(ring.ring, ring.feed, ring.messageMs);
        return;
      case 'answered':
      case 'declined':
      case 'missed':
        log.info({ ring: ring.ring, session: ring.caller?.session }, `the ring was ${ring.state}`);
        if (ring.state === 'answered') this.#quiet(live);
        outcome(ring.ring, ring.state, status.by);
        this.#step(live, { type: 'tick' });
        return;
      case 'over':
        this.#end(live);
        this.#live.delete(ring.feed);
        return;
    }
  }

  #say(ring: Ring): RingStatus {
    const status = statusOf(ring);
    for (const listener of this.#listeners) listener(status);
    return status;
  }

  #play(live: Live, reply: string): void {
    const { play, log } = this.#parts;
    const { ring } = live.ring;
    play(ring, reply, live.reply.signal)
      .catch((error: unknown) => log.warn({ err: error, ring, reply }, 'the reply could not be played'))
      .then(
        () => this.#step(live, { type: 'played' }),
        (error: unknown) => log.error({ err: error, ring }, 'a ring did not end well'),
      );
  }

  /** Nobody else need look, and nothing is recorded any more. */
  #quiet(live: Live): void {
    live.recording?.();
    live.recording = undefined;
    // Whoever answers watches by the time that it is shown no longer: the picture goes on without a break.
    queueMicrotask(() => this.#hide(live));
  }

  #hide(live: Live): void {
    live.show?.();
    live.show = undefined;
  }

  #end(live: Live): void {
    live.reply.abort();
    this.#quiet(live);
    this.#hide(live);
  }

  /** One timer for whatever is due next. */
  #arm(): void {
    clearTimeout(this.#timer);
    const due = [...this.#live.values()].flatMap(({ ring }) => dueMs(ring) ?? []);
    if (due.length === 0) return;
    const waitMs = Math.max(0, Math.ceil(Math.min(...due) - this.#parts.clock.now()));
    this.#timer = setTimeout(() => {
      for (const live of [...this.#live.values()]) this.#step(live, { type: 'tick' });
    }, waitMs);
  }
}
