import type { MonotonicMs } from '../clock.ts';

/** Messages at once: the offers and candidates of a wall of tiles. */
const burst = 400;
/** Messages a second from then on; a viewer at rest sends none. */
const perSecond = 20;

/** How many messages one connection may still send: a token bucket. */
export class MessageBudget {
  #left = burst;
  #at: MonotonicMs;

  constructor(now: MonotonicMs) {
    this.#at = now;
  }

  /** Takes one message from the budget; false where it is used up. */
  take(now: MonotonicMs): boolean {
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
