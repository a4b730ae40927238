import type { MonotonicMs } from './clock.ts';

/** How often something may be done: so much at once, and so much a second from then on. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at: MonotonicMs;

  constructor(burst: number, perSecond: number, now: MonotonicMs) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#at = now;
  }

  /** Takes one; false where none is left. */
  take(now: MonotonicMs): boolean {
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
