import type { MonotonicMs } from '../clock.ts';

/** A value with the time when it was true. */
export interface TimedValue {
  readonly value: number;
  readonly at: MonotonicMs;
}

/** What became of a value. */
export interface Taken {
  /** It is within the bound. Otherwise it waits, and is what {@link RateLimit.due} gives unless a newer one comes. */
  readonly now: boolean;
  /** Values that waited and are now lost to a newer one. */
  readonly dropped: number;
}

const passed: Taken = { now: true, dropped: 0 };
const waits: Taken = { now: false, dropped: 0 };
const replaced: Taken = { now: false, dropped: 1 };

/**
 * So many values a second, with a second's worth at once. Of more the newest is kept and comes late, so that the last
 * word of a burst is never lost; those between are dropped.
 */
export class RateLimit {
  readonly #perSecond: number;
  /** When the next value may pass, were values to come evenly (GCRA); may lie up to a second behind now. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #waiting: TimedValue | undefined;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** When the value that waits is due; infinity where none does. */
  get dueMs(): number {
    return this.#waiting ? this.#nextMs : Number.POSITIVE_INFINITY;
  }

  take(value: TimedValue, now: MonotonicMs): Taken {
    if (!this.#waiting && this.#nextMs <= now) {
      this.#spend(now);
      return passed;
    }
    const taken = this.#waiting ? replaced : waits;
    this.#waiting = value;
    return taken;
  }

  /** The value that waited, once its time has come. */
  due(now: MonotonicMs): TimedValue | undefined {
    const value = this.#waiting;
    if (!value || this.#nextMs > now) return undefined;
    this.#waiting = undefined;
    this.#spend(now);
    return value;
  }

  /** What waits will not come any more. */
  forget(): void {
    this.#waiting = undefined;
  }

  #spend(now: MonotonicMs): void {
    const intervalMs = 1000 / this.#perSecond;
    const burstMs = Math.max(0, 1000 - intervalMs);
    this.#nextMs = Math.max(this.#nextMs, now - burstMs) + intervalMs;
  }
}
