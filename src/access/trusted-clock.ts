import type { Clock, MonotonicMs, WallMs } from '../clock.ts';

/** Wall time that ran further than this from the monotonic clock was set by somebody. */
const maxJumpMs = 60_000;
/** Whether the time is synchronised is looked up this often. */
const lookUpMs = 1_000;

export interface TrustedClockOptions {
  readonly clock: Clock;
  /** When a time server last set this machine's clock (any number that grows), or undefined where none has since boot. */
  synchronisedAt(): number | undefined;
}

/**
 * Wall time that grants may be measured by: set by a time server since boot, never before the last time that was seen,
 * also across restarts, and not set anew in between.
 */
export class TrustedClock {
  readonly #options: TrustedClockOptions;
  /** Wall and monotonic time of one moment when the time was right. */
  #reference: { readonly wall: WallMs; readonly now: MonotonicMs; readonly sync: number } | undefined;
  #lastSeen = 0;
  #sync: { readonly at: MonotonicMs; readonly value: number | undefined } | undefined;

  constructor(options: TrustedClockOptions) {
    this.#options = options;
  }

  /** The latest time that was right; to be kept, and given to {@link resume} at the next start. */
  get lastSeen(): number {
    return this.#lastSeen;
  }

  /** It was at least that late already. */
  resume(lastSeen: number): void {
    this.#lastSeen = Math.max(this.#lastSeen, lastSeen);
  }

  /** Wall time in ms, or undefined where it is not known for sure. */
  now(): WallMs | undefined {
    const now = this.#options.clock.now();
    const sync = this.#synchronisedAt(now);
    if (sync === undefined) return undefined;
    const wall = this.#options.clock.wall();
    const reference = this.#reference;
    if (reference) {
      const drift = wall - reference.wall - (now - reference.now);
      // A jump is right only where the time server has set the clock since.
      if (Math.abs(drift) > maxJumpMs && sync === reference.sync) return undefined;
    }
    // Some seconds back are how a clock is corrected.
    if (wall < this.#lastSeen - maxJumpMs) return undefined;
    if (!reference || sync !== reference.sync) this.#reference = { wall, now, sync };
    this.#lastSeen = Math.max(this.#lastSeen, wall);
    return Math.max(wall, this.#lastSeen) as WallMs;
  }

  #synchronisedAt(now: MonotonicMs): number | undefined {
    if (!this.#sync || now - this.#sync.at >= lookUpMs)
      this.#sync = { at: now, value: this.#options.synchronisedAt() };
    return this.#sync.value;
  }
}
