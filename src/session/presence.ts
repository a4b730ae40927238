import type { MonotonicMs } from '../clock.ts';

/** A browser that watches reports every second; after this without a word its tab is closed or its network gone. */
const silentAfterMs = 3_500;
/** Slower peers report when they like: so many of their longest pauses are waited for. */
const pausesWaitedFor = 3;
/** Reports after which a peer's rhythm is known; before, only the transport's own consent (30 s) ends it. */
const reportsToKnow = 2;
/** The slowest rhythm there is: 5 s, drawn out by half, and something lost (RFC 3550, 6.2). More is an outage. */
const slowestRhythmMs = 10_000;

/**
 * Whether a viewer is still there, told from the rhythm of its RTCP. A browser says nothing when a tab is closed, and
 * ICE notices only after 30 s (RFC 7675, 5.1); until then nothing needs to be encoded or sent. Pure.
 */
export class Presence {
  #lastMs: number | undefined;
  #longestPauseMs = 0;
  #reports = 0;

  /** The viewer was heard. */
  heard(now: MonotonicMs): void {
    const pauseMs = this.#lastMs === undefined ? 0 : now - this.#lastMs;
    // Also where it was taken for a silence: a slow peer is misjudged once, not again and again.
    if (pauseMs <= slowestRhythmMs) this.#longestPauseMs = Math.max(this.#longestPauseMs, pauseMs);
    this.#lastMs = now;
    this.#reports += 1;
  }

  silent(now: MonotonicMs): boolean {
    if (this.#lastMs === undefined || this.#reports < reportsToKnow) return false;
    return now - this.#lastMs > Math.max(silentAfterMs, this.#longestPauseMs * pausesWaitedFor);
  }
}
