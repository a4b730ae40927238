import type { MonotonicMs } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';

/** Refusals of one asker with an entry of their own in a minute; more are counted into one. */
const singlesPerMinute = 10;
const windowMs = 60_000;

/** How the refusals of one asker get into the trail: each, until they are many. */
export class Refusals {
  #began = Number.NEGATIVE_INFINITY;
  #singles = 0;
  #tooMany = false;
  #uncounted = 0;

  /** Whether this refusal gets an entry of its own. */
  note(now: MonotonicMs, code: ErrorCode): boolean {
    if (now - this.#began >= windowMs) {
      this.#began = now;
      this.#singles = 0;
      this.#tooMany = false;
    }
    const flood = code === 'request/too-many';
    const single = flood ? !this.#tooMany : this.#singles < singlesPerMinute;
    if (flood) this.#tooMany = true;
    else this.#singles += 1;
    if (!single) this.#uncounted += 1;
    return single;
  }

  /** How many had none since this was last asked; 0 while their minute goes on. */
  counted(now: MonotonicMs): number {
    return now - this.#began < windowMs ? 0 : this.rest();
  }

  /** How many had none since this was last asked. */
  rest(): number {
    const counted = this.#uncounted;
    this.#uncounted = 0;
    return counted;
  }
}
