import type { MonotonicMs } from '../clock.ts';

/** Packets missing at once. More in a row are not asked for at all: a keyframe costs less than they do. */
const maxMissing = 256;
/** A packet that another one overtook on the way is not lost yet: bursts arrive within this. */
const reorderMs = 5;
/** Round trip assumed until one was measured. */
const defaultRoundTripMs = 100;
/** Asking again sooner than this gains nothing: an answer waits for the sender's timer, too. */
const minRetryMs = 20;
/** Times a packet is asked for. */
const maxTries = 10;
/** Nothing is asked for so long after: its turn to be played has passed. */
const maxAgeMs = 1_000;

interface Missing {
  readonly since: MonotonicMs;
  nextAt: MonotonicMs;
  tries: number;
}

/** The packets of one stream that did not come, and when to ask for each (RFC 4585, 6.2.1). Sequence numbers without wrap. */
export class MissingPackets {
  /** In the order they were sent in. */
  readonly #missing = new Map<number, Missing>();
  #highest: number | undefined;

  get size(): number {
    return this.#missing.size;
  }

  /** When {@link due} has something to do; undefined where nothing is missing. */
  get deadline(): MonotonicMs | undefined {
    let earliest: MonotonicMs | undefined;
    for (const { nextAt } of this.#missing.values())
      if (earliest === undefined || nextAt < earliest) earliest = nextAt;
    return earliest;
  }

  /** A packet came. */
  received(extended: number, now: MonotonicMs): void {
    if (this.#highest === undefined || extended <= this.#highest) {
      this.#highest ??= extended;
      this.#missing.delete(extended);
      return;
    }
    const first = this.#highest + 1;
    this.#highest = extended;
    if (extended - first > maxMissing) {
      // What was missing before is as hopeless.
      this.#missing.clear();
      return;
    }
    const nextAt = (now + reorderMs) as MonotonicMs;
    for (let lost = first; lost < extended; lost += 1)
      this.#missing.set(lost, { since: now, nextAt, tries: 0 });
    for (const oldest of this.#missing.keys()) {
      if (this.#missing.size <= maxMissing) break;
      this.#missing.delete(oldest);
    }
  }

  /** A packet came again by RTX. False where it was not missing. */
  recovered(extended: number): boolean {
    return this.#missing.delete(extended);
  }

  /** Forgets everything: the sender has begun anew. */
  clear(): void {
    this.#missing.clear();
    this.#highest = undefined;
  }

  /** What to ask for now, in the order it was sent in. */
  due(now: MonotonicMs, roundTripMs = defaultRoundTripMs): number[] {
    const asked: number[] = [];
    for (const [extended, missing] of this.#missing) {
      if (missing.nextAt > now) continue;
      // Only now, so that the answer to the last time it was asked for is still welcome.
      if (missing.tries === maxTries || now - missing.since > maxAgeMs) {
        this.#missing.delete(extended);
        continue;
      }
      asked.push(extended);
      missing.tries += 1;
      missing.nextAt = (now + Math.max(roundTripMs, minRetryMs)) as MonotonicMs;
    }
    return asked;
  }
}
