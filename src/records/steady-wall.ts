import type { Clock, WallMs } from '../clock.ts';

/** The wall clock is believed after it has run evenly for so long. */
const steadyMs = 3_600_000;
/** What a time service may correct without being a jump, ms. */
const toleranceMs = 60_000;

/**
 * The wall clock as far as it can be believed. A machine without a battery begins in any year, and is put right when a
 * network is there: nothing is too old by such a clock.
 */
export class SteadyWall {
  readonly #clock: Clock;
  #offsetMs = Number.NaN;
  #sinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.now();
  }

  /**
   * To be asked now and then, for a jump there and back between two calls is not seen.
   * @returns undefined until the wall clock has kept pace with the monotonic one for an hour, and after each jump
   */
  now(): WallMs | undefined {
    const monotonic = this.#clock.now();
    const wall = this.#clock.wall();
    const offsetMs = wall - monotonic;
    if (!(Math.abs(offsetMs - this.#offsetMs) <= toleranceMs)) {
      this.#offsetMs = offsetMs;
      this.#sinceMs = monotonic;
    }
    return monotonic - this.#sinceMs >= steadyMs ? wall : undefined;
  }
}
