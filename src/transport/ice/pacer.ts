import type { MonotonicMs } from '../../clock.ts';

/** Time between new checks, ms (Ta of RFC 8445, 14.2): below its default of 50 as browsers are, above its floor of 5. */
export const paceMs = 20;
/** Checks that may go at once after a quiet time: the pairs of a usual offer, so that the first frame waits for none. */
export const paceBurst = 8;

/** Says when the next new check may go: {@link paceBurst} at once, then one in {@link paceMs}. */
export class Pacer {
  /** When the last of the checks sent so far would have gone without bursts. */
  #paidUntilMs = Number.NEGATIVE_INFINITY;

  /** Earliest time of the next check. */
  get nextMs(): number {
    return this.#paidUntilMs - (paceBurst - 1) * paceMs;
  }

  take(now: MonotonicMs): boolean {
    if (now < this.nextMs) return false;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, now) + paceMs;
    return true;
  }
}
