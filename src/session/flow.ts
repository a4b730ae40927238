import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import { Presence } from './presence.ts';
import { callsFrom, type Show } from './shows.ts';
import {
  type Calls,
  type FeedFlow,
  flowOf,
  initialState,
  mayBeHeard,
  mayFlow,
  type SessionEvent,
  type SessionState,
  step,
} from './states.ts';

/** Sender reports, and a look whether the viewer is still there: sound and picture are in step within a second. */
const tickMs = 1_000;
/** What a viewer whom there is no place for is told to wait before it tries again. */
const retryAfterSeconds = 10;

const nothing: Calls = new Map();

export interface FlowParts {
  readonly clock: Clock;
  readonly feeds: readonly string[];
  /** What the device shows just now. */
  readonly shows: Iterable<Show>;
  /** How many viewers watch now. */
  watching(): number;
  /** Whether there is a place for one more. */
  mayAccept(): boolean;
  /** Whether the viewer's offer asked for the feed's picture, and it may look. */
  asksFor(feed: string): boolean;
  /** Starts what may leave, stops what may not. Idempotent. */
  apply(may: (feed: string, kind: 'video' | 'audio') => boolean): void;
  /** A second has passed while something flows. */
  tick(): void;
  /** The viewer's voice must not be played any more. */
  hush(): void;
  /** A feed's flow is another. */
  changed(feed: string): void;
  /** What there is to see does not fit: as many watch as may. */
  crowded(reason: VedetteError): void;
  /** The viewer fell silent: it holds nothing until it is heard again. */
  silent(): void;
  /** The phase, or whether it takes a place among the viewers, is another. */
  moved(): void;
}

/** When media flows to one viewer, and why: its state, what the device shows to it, and whether it is still there. */
export class Flow {
  readonly #parts: FlowParts;
  #presence = new Presence();
  /** Shown while the viewer went back to standby: over for it. */
  readonly #dismissed = new WeakSet<Show>();
  #state: SessionState;
  #calls: Calls = nothing;
  #crowded = false;
  /** False while the viewer has fallen silent. */
  #present = true;
  #tick: NodeJS.Timeout | undefined;

  constructor(standby: boolean, parts: FlowParts) {
    this.#parts = parts;
    this.#state = initialState(standby);
  }

  get phase(): SessionState['phase'] {
    return this.#state.phase;
  }

  /** It watched and says nothing any more: it holds nothing until it is heard, or its connection is given up. */
  get isSilent(): boolean {
    return !this.#present;
  }

  /** Media flows, or would, were the connection up; not while the viewer has fallen silent. */
  get takesPlace(): boolean {
    const { phase, wanted } = this.#state;
    return (wanted || this.#calls.size > 0) && this.#present && phase !== 'closed';
  }

  /** Its microphone may be played. */
  get mayBeHeard(): boolean {
    return mayBeHeard(this.#state);
  }

  /** What there is to see does not fit; undefined where it does. */
  get crowdedReason(): VedetteError | undefined {
    return this.#crowded ? crowdedBy(this.#parts.watching()) : undefined;
  }

  of(feed: string): FeedFlow {
    return flowOf(this.#state, this.#calls, feed);
  }

  /** Something happened to the connection. */
  step(event: Exclude<SessionEvent, 'accept' | 'standby'>): void {
    this.#move(step(this.#state, event));
  }

  /**
   * Everything may flow from now on.
   * @throws VedetteError `session/limit`
   */
  accept(): void {
    if (this.#state.wanted) return;
    if (!this.takesPlace && !this.#parts.mayAccept())
      throw new VedetteError('session/limit', { limit: this.#parts.watching(), retryAfterSeconds });
    this.#move(step(this.#state, 'accept'));
  }

  /** Nothing flows any more until it accepts, or the device shows something new. */
  standby(): void {
    for (const show of this.#parts.shows) this.#dismissed.add(show);
    this.#move(step(this.#state, 'standby'));
  }

  /** What the device shows, what the viewer asks for or the places are others: looks again. */
  follow(): void {
    this.#move(this.#state);
  }

  /** The viewer was heard. */
  heard(): void {
    this.#presence.heard(this.#parts.clock.now());
    if (this.#present || !this.#wouldFlow || !this.#parts.mayAccept()) return;
    this.#present = true;
    this.#settle();
    this.#parts.moved();
  }

  get #wouldFlow(): boolean {
    return this.#state.phase === 'accepted' || this.#calls.size > 0;
  }

  #move(state: SessionState): void {
    const before = { state: this.#state, calls: this.#calls, place: this.takesPlace };
    this.#state = state;
    const crowded = this.#call(before.place);
    const flowed = before.state.phase === 'accepted' || before.calls.size > 0;
    // Who was sent nothing had nothing to report on: its rhythm is another from now on.
    if (!flowed && this.#wouldFlow) {
      this.#presence = new Presence();
      this.#present = true;
    }
    if (mayBeHeard(before.state) && !mayBeHeard(state)) this.#parts.hush();
    this.#settle();
    for (const feed of this.#parts.feeds)
      if (flowOf(before.state, before.calls, feed) !== this.of(feed)) this.#parts.changed(feed);
    if (crowded) this.#parts.crowded(crowdedBy(this.#parts.watching()));
    if (
      before.state.phase !== state.phase ||
      before.state.wanted !== state.wanted ||
      before.place !== this.takesPlace
    )
      this.#parts.moved();
  }

  /** Finds what the device shows to this session; true where it has just become too crowded. */
  #call(place: boolean): boolean {
    const before = this.#crowded;
    const { calls, crowded } =
      this.#state.phase === 'standby'
        ? callsFrom(this.#parts.shows, {
            asksFor: (feed) => this.#parts.asksFor(feed),
            dismissed: (show) => this.#dismissed.has(show),
            place: place || this.#calls.size > 0 || this.#parts.mayAccept(),
          })
        : { calls: nothing, crowded: false };
    this.#calls = calls;
    this.#crowded = crowded;
    return crowded && !before;
  }

  #settle(): void {
    const { apply } = this.#parts;
    // One that fell silent and renegotiates waits to be heard, and for a place.
    apply((feed, kind) => this.#present && mayFlow(this.#state, this.#calls, feed, kind));
    if (this.#wouldFlow && this.#state.phase !== 'closed') {
      this.#tick ??= setInterval(() => this.#everySecond(), tickMs);
    } else {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }

  #everySecond(): void {
    if (this.#present && this.#presence.silent(this.#parts.clock.now())) this.#fallSilent();
    this.#parts.tick();
  }

  #fallSilent(): void {
    this.#present = false;
    this.#settle();
    this.#parts.hush();
    this.#parts.silent();
    this.#parts.moved();
  }
}

/** As many watch as may. */
export const crowdedBy = (watching: number): VedetteError =>
  new VedetteError('session/crowded', { watching });
