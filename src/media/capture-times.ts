import type { MonotonicMs } from '../clock.ts';

/** A monotonic timestamp this far from now is of some other clock: drivers that stamp in wall time or from 0 exist. */
const clockMismatchMs = 10_000;
/** A frame mapped this far into the past means that the source's times began anew (a file looped, a server restarted). */
const restartMs = 5_000;
/** How fast the mapping may move up, ms for each ms: ten times a bad crystal, so skew is followed and bursts are not. */
const creep = 0.0005;
/** Two frames never share a capture time, or RTP timestamps could not tell them apart: 2 ticks of 1/90000 s. */
const minStepMs = 2 / 90;

/**
 * Maps a source's own timestamps to capture times on our clock. Pure.
 *
 * `monotonic` sources (V4L2) already stamp on CLOCK_MONOTONIC. For all others the frame that travelled fastest tells
 * the offset of the two clocks: no frame was captured after it arrived, so the offset is the least of arrival minus
 * timestamp, and creeps up slowly, so that skewed clocks do not drift apart.
 */
export class CaptureTimes {
  #monotonic: boolean;
  #offsetMs: number | undefined;
  #lastArrivalMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(times: 'monotonic' | 'arrival') {
    this.#monotonic = times === 'monotonic';
  }

  /**
   * The capture time of a frame with timestamp `sourceMs` that arrived at `arrivalMs`. Where frames are `ordered`, it
   * is always after the last one; H.264 with B-frames comes in decoding order and is not.
   */
  map(sourceMs: number, arrivalMs: MonotonicMs, ordered = true): MonotonicMs {
    // vivid stamps the end of a frame it has already handed on: a time that is yet to come is no capture time.
    const foreign = sourceMs > arrivalMs || arrivalMs - sourceMs > clockMismatchMs;
    if (foreign) this.#monotonic = false;
    const mapped = this.#monotonic ? sourceMs : sourceMs + this.#offset(sourceMs, arrivalMs);
    this.#lastMs = ordered ? Math.max(mapped, this.#lastMs + minStepMs) : mapped;
    return this.#lastMs as MonotonicMs;
  }

  #offset(sourceMs: number, arrivalMs: number): number {
    const seen = arrivalMs - sourceMs;
    const crept = (this.#offsetMs ?? seen) + (arrivalMs - this.#lastArrivalMs) * creep;
    this.#lastArrivalMs = arrivalMs;
    this.#offsetMs = this.#offsetMs === undefined || seen - crept > restartMs ? seen : Math.min(seen, crept);
    return this.#offsetMs;
  }
}
