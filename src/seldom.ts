import type { Clock, MonotonicMs } from './clock.ts';

/** What is said over and over, and shall be noted now and then. For few different words: each is kept. */
export class Seldom {
  readonly #everyMs: number;
  readonly #clock: Clock;
  readonly #noted = new Map<string, MonotonicMs>();

  constructor(everyMs: number, clock: Clock) {
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  /** Whether it is the first of its time. */
  first(said: string): boolean {
    const now = this.#clock.now();
    const before = this.#noted.get(said);
    if (before !== undefined && now - before < this.#everyMs) return false;
    this.#noted.set(said, now);
    return true;
  }
}
