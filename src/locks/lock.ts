import type { MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { LockStatus } from '../protocol/lock.ts';
import type { LockOutcome } from '../protocol/lock-host.ts';
import type { LockDriver, LockParts } from './kind.ts';
import { step } from './machine.ts';
import type { LockProfile } from './profile.ts';
import {
  beginLock,
  type Direction,
  type LockInput,
  type LockMachine,
  type LockTraits,
  type LockTrouble,
} from './states.ts';
import { refused } from './turn.ts';
import { nextDueMs } from './turn-times.ts';

/** A driver that could not start is started again after this. */
const startAgainMs = 30_000;
/** Longest timer of the platform (HTML, 8.6). */
const longestTimerMs = 2 ** 31 - 1;

/** Who hears of a lock. */
export interface LockSink {
  changed(status: LockStatus): void;
  trouble(trouble: LockTrouble, reason: string | undefined): void;
  over(trouble: LockTrouble): void;
}

/** One lock: what its machine wants, done by its driver. */
export class Lock {
  readonly profile: LockProfile;
  readonly #parts: LockParts;
  readonly #sink: LockSink;
  readonly #driver: LockDriver;
  readonly #traits: LockTraits;
  readonly #waiting = new Set<{ readonly to: Direction; tell(outcome: LockOutcome): void }>();
  #machine: LockMachine;
  /** Of what the driver does now. */
  #moving = new AbortController();
  #dueTimer: NodeJS.Timeout | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(profile: LockProfile, parts: LockParts, sink: LockSink) {
    this.profile = profile;
    this.#parts = parts;
    this.#sink = sink;
    this.#driver = profile.open(parts);
    this.#traits = {
      holdsMs: profile.holdsMs,
      relockMs: profile.relock,
      relockOnClose: profile.relockOnClose,
      leftOpenMs: profile.leftOpen,
      movesMs: profile.moves,
      keyed: profile.keyed,
      sensesBolt: profile.bolt !== undefined,
    };
    this.#machine = beginLock(parts.clock.now());
  }

  get status(): LockStatus {
    const { name, title, feed, unpowered, secondStep } = this.profile;
    const { state, sinceMs, by, relockAtMs, door, leftOpen, parcel, blocked } = this.#machine;
    const now = this.#parts.clock.now();
    return {
      lock: name,
      ...{ title, unpowered, state, since: this.#wall(sinceMs), leftOpen },
      ...(feed === undefined ? {} : { feed }),
      ...(by === undefined ? {} : { by }),
      // A bolt that waits for its door has no time.
      ...(relockAtMs === undefined || relockAtMs <= now ? {} : { relocksAt: this.#wall(relockAtMs) }),
      ...(door === undefined ? {} : { door }),
      ...(parcel === undefined ? {} : { parcel }),
      ...(secondStep === undefined ? {} : { secondStep }),
      ...(blocked === undefined ? {} : { blocked: blocked.told }),
    };
  }

  /** Undefined where no sensor tells. */
  get doorClosed(): boolean | undefined {
    const { door } = this.#machine;
    return door === undefined ? undefined : door === 'closed';
  }

  /** Brings what drives it to rest, and moves nothing. Never rejects. */
  async start(): Promise<void> {
    try {
      const state = await this.#driver.start((reason) => this.#blocked(reason));
      if (this.#startTimer) this.#blocked(undefined);
      this.#startTimer = undefined;
      if (state !== undefined) this.input({ type: 'found', state });
    } catch (error) {
      if (!(error instanceof VedetteError)) throw error;
      if (this.#stopped) return;
      this.#parts.log.warn({ lock: this.profile.name, code: error.code }, error.message);
      this.#blocked(error);
      this.#startTimer = setTimeout(() => void this.start(), startAgainMs);
    }
  }

  /** Resolves when that is so, or will not be. */
  ask(to: Direction, by: string): Promise<LockOutcome> {
    if (this.#stopped) return Promise.resolve(refused('lock/stopped'));
    const { promise, resolve } = Promise.withResolvers<LockOutcome>();
    const entry = { to, tell: resolve };
    this.#waiting.add(entry);
    this.input({ type: to, by });
    return promise;
  }

  /** What its sensors, its driver and people say. */
  input(input: LockInput): void {
    if (this.#stopped) return;
    const now = this.#parts.clock.now();
    const { machine, effects } = step(this.#traits, this.#machine, input, now);
    this.#machine = machine;
    this.#arm(now);
    for (const effect of effects) {
      switch (effect.type) {
        case 'drive':
          void this.#drive(effect.to, effect.move);
          break;
        case 'release':
          this.#moving.abort();
          break;
        case 'outcome':
          this.#tell(effect.outcome, effect.to);
          break;
        case 'trouble':
          this.#sink.trouble(effect.trouble, effect.reason);
          break;
        case 'over':
          this.#sink.over(effect.trouble);
          break;
        case 'changed':
          this.#sink.changed(this.status);
          break;
      }
    }
  }

  /** Nothing is energised any more, and nothing moves; it stays as it stands. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#dueTimer);
    clearTimeout(this.#startTimer);
    this.#moving.abort();
    this.#tell(refused('lock/stopped'));
    await this.#driver.stop();
  }

  async #drive(to: Direction, move: number): Promise<void> {
    this.#moving.abort();
    this.#moving = new AbortController();
    const driven = await this.#driver.drive(to, this.#moving.signal);
    if (driven.result === 'done') {
      this.input({ type: 'driven', move });
      return;
    }
    const { moved, error } = driven;
    this.#parts.log.warn({ lock: this.profile.name, code: error.code }, error.message);
    this.input({ type: 'failed', move, moved, code: error.code, reason: error.message });
  }

  #blocked(reason: VedetteError | undefined): void {
    this.input({ type: 'blocked', reason });
  }

  #tell(outcome: LockOutcome, to?: Direction): void {
    for (const entry of this.#waiting) {
      if (to !== undefined && entry.to !== to) continue;
      this.#waiting.delete(entry);
      entry.tell(outcome);
    }
  }

  #arm(now: MonotonicMs): void {
    clearTimeout(this.#dueTimer);
    const dueMs = nextDueMs(this.#traits, this.#machine);
    if (dueMs === undefined) return;
    const ms = Math.min(Math.max(0, Math.ceil(dueMs - now)), longestTimerMs);
    this.#dueTimer = setTimeout(() => this.input({ type: 'tick' }), ms);
  }

  #wall(at: MonotonicMs): number {
    const { clock } = this.#parts;
    return Math.round(clock.wall() + (at - clock.now()));
  }
}
