import type { MonotonicMs } from '../clock.ts';
import type { ReceptionReport } from '../rtp/rtcp/reports.ts';

/** A browser reports every second; what it has not acknowledged for so long, nobody sees. */
const acknowledgedWithinMs = 2_000;

/** Whether a viewer gets its picture, told from its own reports: the newest packet it has is another than before. */
export class Acknowledged {
  readonly #highest = new Map<number, number>();
  #lastMs = Number.NEGATIVE_INFINITY;

  /** The viewer said what it has of a stream that flows. */
  reported({ ssrc, highestSequence }: ReceptionReport, now: MonotonicMs): void {
    const before = this.#highest.get(ssrc);
    this.#highest.set(ssrc, highestSequence);
    if (before !== highestSequence) this.#lastMs = now;
  }

  flows(now: MonotonicMs): boolean {
    return now - this.#lastMs <= acknowledgedWithinMs;
  }
}
