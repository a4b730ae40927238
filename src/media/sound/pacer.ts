import type { Clock, MonotonicMs } from '../../clock.ts';

/** One block of sound, ms. */
export const blockMs = 20;
/** A process that was held up longer than this (suspended, swapped out) does not make up for it: the time is lost. */
const maxCatchUpMs = 200;

/**
 * Calls `tick` once every 20 ms on an absolute schedule: a late call is followed by a punctual one, so that no error
 * adds up.
 */
export class Pacer {
  /** How much longer than 20 ms a step is, as a fraction: where a device's clock is the one to follow. */
  trim = 0;
  readonly #clock: Clock;
  readonly #tick: (due: MonotonicMs) => void;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;

  constructor(clock: Clock, tick: (due: MonotonicMs) => void) {
    this.#clock = clock;
    this.#tick = tick;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** The first tick is due now. */
  start(): void {
    if (this.#timer) return;
    this.#due = this.#clock.now();
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#run(), Math.max(0, this.#due - this.#clock.now()));
  }

  #run(): void {
    const now = this.#clock.now();
    if (now - this.#due > maxCatchUpMs) this.#due = now;
    while (this.#due <= now) {
      const due = this.#due as MonotonicMs;
      this.#due += blockMs * (1 + this.trim);
      this.#tick(due);
      if (!this.#timer) return;
    }
    this.#arm();
  }
}
