import type { MonotonicMs } from '../../clock.ts';

/** Time between consent checks, ms, each between 0.8 and 1.2 times it (RFC 7675, 5.1). */
export const consentIntervalMs = 5_000;
/** Without an answer for this long we may send no more, ms (RFC 7675, 5.1). */
export const consentExpiryMs = 30_000;
/** Nothing authentic heard from the peer for this long, ms: one consent check of either side and its answer got lost. */
export const silentMs = 7_500;
/** No answer for this long, ms: two consent checks in a row, while we may well hear the peer. */
export const unansweredMs = 13_000;

/**
 * The peer's consent to get packets at its end of the selected pair (RFC 7675): kept up by answers to checks, ended
 * by their absence or by a refusal.
 */
export class Consent {
  #answeredMs: MonotonicMs;
  #heardMs: MonotonicMs;
  #nextCheckMs: number;
  #revoked = false;

  /** `answeredMs` is when the pair's last check was answered. */
  constructor(answeredMs: MonotonicMs, nextCheckMs: number) {
    this.#answeredMs = answeredMs;
    this.#heardMs = answeredMs;
    this.#nextCheckMs = nextCheckMs;
  }

  answered(now: MonotonicMs): void {
    this.#answeredMs = now;
    this.#heardMs = now;
  }

  /** An authenticated request of the peer came over the pair: it lives, whether it hears us or not. */
  heard(now: MonotonicMs): void {
    this.#heardMs = now;
  }

  /** An authenticated 403 (RFC 7675, 5.2). */
  revoke(): void {
    this.#revoked = true;
  }

  expired(now: MonotonicMs): boolean {
    return this.#revoked || now >= this.#expiryMs;
  }

  /** The peer is out of reach for the moment. */
  lost(now: MonotonicMs): boolean {
    return now >= this.#lostMs;
  }

  /** True where a check is due, which the caller then sends; `spread` from 0 to 1 sets the time of the next. */
  checkDue(now: MonotonicMs, spread: number): boolean {
    if (now < this.#nextCheckMs) return false;
    this.#nextCheckMs = now + consentWaitMs(spread);
    return true;
  }

  /** When something here changes by time alone; `lostKnown` once the caller has acted on {@link lost}. */
  deadline(lostKnown: boolean): number {
    return Math.min(
      this.#nextCheckMs,
      this.#revoked ? Number.NEGATIVE_INFINITY : this.#expiryMs,
      lostKnown ? Number.POSITIVE_INFINITY : this.#lostMs,
    );
  }

  // Sums, and the same ones everywhere: with fractions of a millisecond `now - then >= wait` may be false at `then + wait`.
  get #expiryMs(): number {
    return this.#answeredMs + consentExpiryMs;
  }

  get #lostMs(): number {
    return Math.min(this.#heardMs + silentMs, this.#answeredMs + unansweredMs);
  }
}

/** Time to the next consent check; `spread` is random from 0 to 1, so that checks of many sessions do not fall together. */
export function consentWaitMs(spread: number): number {
  return consentIntervalMs * (0.8 + 0.4 * spread);
}
