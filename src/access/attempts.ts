import type { MonotonicMs } from '../clock.ts';

/** Wrong ones at once; a person with a bad link stays far below. */
const burst = 10;
/** One more try after this long. */
const refillMs = 6_000;
/** Remembered; what was tried longest ago is forgotten first. */
const maxBuckets = 1024;

interface Bucket {
  tries: number;
  at: MonotonicMs;
}

/**
 * Counts wrong tries at each thing that can be guessed, a token bucket each. By what is guessed and not by address: whoever
 * shares an address with a guesser is not held up, and whoever has many is.
 */
export class Attempts {
  readonly #buckets = new Map<string, Bucket>();

  /** A wrong try at `what`. Gives the milliseconds until one is answered again; 0 where this one is. */
  failed(what: string, now: MonotonicMs): number {
    const bucket = this.#buckets.get(what);
    const tries = bucket === undefined ? burst : refilled(bucket, now);
    this.#buckets.delete(what); // the map's order is the order of the last failure
    this.#buckets.set(what, { tries: tries >= 1 ? tries - 1 : tries, at: now });
    if (this.#buckets.size > maxBuckets) {
      const [oldest = ''] = this.#buckets.keys();
      this.#buckets.delete(oldest);
    }
    return tries >= 1 ? 0 : Math.ceil((1 - tries) * refillMs);
  }
}

const refilled = (bucket: Bucket, now: MonotonicMs): number =>
  Math.min(burst, bucket.tries + (now - bucket.at) / refillMs);
