import type { Clock, MonotonicMs, WallMs } from '../clock.ts';
import { settledWithin } from '../deadline.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Reading, SensorState } from '../protocol/reading.ts';
import type { SensorParts, SensorSource } from './kind.ts';
import type { SensorProfile } from './profile.ts';
import { Watch, type WatchEffect, type WatchInput } from './watch.ts';

/** A source that does not close within this is left behind, so that the sensor can come back. */
const closingMs = 5_000;
/** The whole device has 1.8 s to stop. */
const stoppingMs = 700;

/** Where a sensor's facts go. */
export interface WatchedListener {
  reading(reading: Reading, now: MonotonicMs): void;
  /** It is well again, or is not: told for changes alone. */
  state(state: SensorState, now: MonotonicMs): void;
  /** It says more than it may; so many values were left out since this was last told. */
  flood(dropped: number): void;
}

/** One sensor of the device, kept open by its {@link Watch}: the timer and the source are here. */
export class WatchedSensor {
  readonly profile: SensorProfile;
  readonly #parts: SensorParts;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listener: WatchedListener;
  readonly #watch: Watch;
  #state: SensorState;
  #source: SensorSource | undefined;
  #closing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(profile: SensorProfile, parts: SensorParts, listener: WatchedListener) {
    this.profile = profile;
    this.#clock = parts.clock;
    this.#log = parts.log.child({ sensor: profile.name });
    this.#parts = { ...parts, log: this.#log };
    this.#listener = listener;
    this.#watch = new Watch(profile);
    this.#state = { state: 'waiting', sensor: profile.name };
  }

  /** What is the case now. */
  get state(): SensorState {
    return this.#state;
  }

  /** For metrics. */
  get counts(): Readonly<Watch['counts']> {
    return this.#watch.counts;
  }

  start(): void {
    this.#input({ type: 'tick' });
  }

  /** Closes it for good, within 0.7 s; a source that takes longer is left behind. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const source = this.#source;
    this.#source = undefined;
    await settledWithin(Promise.all([source && this.#close(source, stoppingMs), this.#closing]), stoppingMs);
  }

  /** A person says what it measures; false where it cannot be told. */
  simulate(value: number): boolean {
    if (!this.#source?.set) return false;
    this.#source.set(value);
    return true;
  }

  #input(input: WatchInput): void {
    if (this.#stopped) return;
    const now = this.#clock.now();
    for (const effect of this.#watch.step(input, now, Math.random())) this.#do(effect, now);
    this.#arm();
  }

  #do(effect: WatchEffect, now: MonotonicMs): void {
    switch (effect.do) {
      case 'open':
        this.#open();
        return;
      case 'close':
        this.#closeSource();
        return;
      case 'read':
        this.#read();
        return;
      case 'reading':
        this.#tellReading(effect.value, effect.at, now);
        return;
      case 'fault': {
        const { reason, detail } = effect;
        const { sensor } = this.#state;
        const reading = 'reading' in this.#state ? this.#state.reading : undefined;
        this.#log.warn({ reason }, `the sensor cannot be believed: ${detail}`);
        this.#state = {
          ...{ state: 'fault', sensor, reason, detail, since: this.#clock.wall() },
          ...(reading && { reading }),
        };
        this.#listener.state(this.#state, now);
        return;
      }
      case 'flood':
        this.#log.warn({ dropped: effect.dropped }, 'the sensor says more than it may; the newest is taken');
        this.#listener.flood(effect.dropped);
        return;
    }
  }

  #tellReading(value: number, at: MonotonicMs, now: MonotonicMs): void {
    const { name: sensor, unit } = this.profile;
    const time = (this.#clock.wall() - (now - at)) as WallMs;
    const reading = { sensor, value, unit, time };
    const before = this.#state.state;
    this.#state = { state: 'well', sensor, reading };
    if (before !== 'well') {
      if (before === 'fault') this.#log.info('the sensor is well again');
      this.#listener.state(this.#state, now);
    }
    this.#listener.reading(reading, now);
  }

  #open(): void {
    try {
      const source = this.profile.open(this.#parts);
      this.#source = source;
      const current = () => this.#source === source;
      source.start({
        value: (value, at) =>
          current() && this.#input({ type: 'value', value, ...(at !== undefined && { at }) }),
        away: ({ message }) => current() && this.#input({ type: 'away', detail: message }),
        ended: (reason) => current() && this.#ended(reason),
      });
      if (current()) this.#input({ type: 'opened', polled: source.read !== undefined });
    } catch (error) {
      // Opening is not to throw; where it does, that is our mistake, and no other sensor's end.
      if (!(error instanceof VedetteError)) this.#log.error({ err: error }, 'the sensor could not be opened');
      this.#input({ type: 'ended', missing: false, detail: messageOf(error) });
    }
  }

  #ended(reason: VedetteError): void {
    // Every room names what is not there the same way.
    const missing = /\/(not-found|lost)$/.test(reason.code);
    this.#input({ type: 'ended', missing, detail: reason.message });
  }

  #read(): void {
    const source = this.#source;
    const current = () => this.#source === source;
    source?.read?.().then(
      (value) => {
        if (!current()) return;
        this.#input({ type: 'value', value });
        if (current()) this.#input({ type: 'read' });
      },
      (error: unknown) => {
        if (!current()) return;
        if (!(error instanceof VedetteError)) this.#log.error({ err: error }, 'the sensor could not be read');
        this.#input({ type: 'read', failed: messageOf(error) });
      },
    );
  }

  #closeSource(): void {
    const source = this.#source;
    this.#source = undefined;
    this.#closing = (source ? this.#close(source) : Promise.resolve()).then(() =>
      this.#input({ type: 'closed' }),
    );
  }

  async #close(source: SensorSource, withinMs = closingMs): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#log.error(`the sensor did not close within ${withinMs / 1000} s`);
      resolve();
    }, withinMs);
    const stopped = source.stop().catch((error: unknown) => {
      this.#log.error({ err: error }, 'the sensor did not close');
    });
    await Promise.race([stopped, late]);
    clearTimeout(timer);
  }

  /** One timer for whatever is due next. Values move most of what is due back, so the timer that runs is often left. */
  #arm(): void {
    const { dueMs } = this.#watch;
    if (dueMs >= this.#timerAtMs || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = dueMs;
    const waitMs = Math.min(2 ** 31 - 1, Math.max(0, Math.ceil(dueMs - this.#clock.now())));
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#input({ type: 'tick' });
    }, waitMs);
  }
}

function messageOf(error: unknown): string {
  return error instanceof VedetteError ? error.message : 'it failed inside; the log says how';
}
