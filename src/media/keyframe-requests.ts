import type { Clock } from '../clock.ts';

/** All viewers together get at most one keyframe on demand in this time: each costs as much as many frames. */
const keyframeRequestGapMs = 500;

/** Merges requests for a keyframe: the first is honoured at once, those within the gap once, at its end. */
export class KeyframeRequests {
  readonly #clock: Clock;
  readonly #give: () => void;
  #givenMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, give: () => void) {
    this.#clock = clock;
    this.#give = give;
  }

  request(): void {
    if (this.#timer) return;
    const waitMs = this.#givenMs + keyframeRequestGapMs - this.#clock.now();
    if (waitMs <= 0) this.#giveNow();
    else this.#timer = setTimeout(() => this.#giveNow(), Math.ceil(waitMs));
  }

  /** Forgets a request that waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #giveNow(): void {
    this.stop();
    this.#givenMs = this.#clock.now();
    this.#give();
  }
}
