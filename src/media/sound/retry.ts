import { ExponentialBackoff, type IBackoff } from 'cockatiel';

/** The first try again, ms: a device that was reset is there again at once. */
const firstDelayMs = 250;
/** Small, so that a device plugged in again is heard within 3 s. */
const maxDelayMs = 2_500;

const backoff = new ExponentialBackoff<unknown>({ initialDelay: firstDelayMs, maxDelay: maxDelayMs });

/** When to try a lost device again: later and later, with jitter, so that devices do not fall into step. */
export class Retry {
  #step: IBackoff<unknown> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Calls `again` after the next delay; a call that was waiting is forgotten. */
  schedule(again: () => void): void {
    clearTimeout(this.#timer);
    this.#step = this.#step?.next(undefined) ?? backoff.next();
    this.#timer = setTimeout(again, this.#step.duration);
  }

  /** Nothing is tried again; the delays stay where they are. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** It works: the next loss begins with the first delay. */
  reset(): void {
    this.cancel();
    this.#step = undefined;
  }
}
