import type { MonotonicMs } from '../clock.ts';

export type Level = 0 | 1;

/** A level that counts, and since when. */
export interface SettledLevel {
  readonly level: Level;
  readonly at: MonotonicMs;
}

/**
 * Takes the bouncing out of a contact: a level counts when it has stayed for `ms`, since the edge that began it. Spikes
 * shorter than that are nothing.
 */
export class Debounce {
  readonly #ms: number;
  #level: Level;
  #next: SettledLevel | undefined;

  /** @param level as it is before the first edge */
  constructor(ms: number, level: Level) {
    this.#ms = ms;
    this.#level = level;
  }

  /** When {@link Debounce.settled} may have something; infinity where it is quiet. */
  get dueMs(): number {
    return this.#next ? this.#next.at + this.#ms : Number.POSITIVE_INFINITY;
  }

  /** The line has this level since `at`. */
  edge(level: Level, at: MonotonicMs): void {
    this.#next = level === this.#level ? undefined : { level, at };
  }

  /** The level that counts from now on, where it is another than before. */
  settled(now: MonotonicMs): SettledLevel | undefined {
    const next = this.#next;
    if (!next || now < this.dueMs) return undefined;
    this.#next = undefined;
    this.#level = next.level;
    return next;
  }
}
