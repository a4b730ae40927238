import type { OutputLine } from './buses.ts';

/** A line that could not be switched off is tried again after this, ms, until it is. */
const offAgainMs = 1_000;

/** What somebody wants of the line last. */
interface Will {
  readonly on: boolean;
  /** On and off in turns for so long each, ms, again and again; steadily without any. */
  readonly steps?: readonly number[] | undefined;
  readonly settle: PromiseWithResolvers<void>;
  /** Whoever wanted it was told that it is so, or that it is not. */
  settled: boolean;
  /** Aborts when something else is wanted. */
  readonly changed: AbortController;
}

/**
 * A line that follows the last will: on, on and off in turns, or off. What cannot be switched on is switched off, and
 * what cannot be switched off is tried until it can.
 */
export class SwitchedLine {
  readonly #line: OutputLine;
  readonly #failed: (error: unknown) => void;
  #will: Will | undefined;
  #working = false;
  #closed = false;

  /** @param failed told where a line fails after `on` or `off` had resolved, or while it is tried again */
  constructor(line: OutputLine, failed: (error: unknown) => void) {
    this.#line = line;
    this.#failed = failed;
  }

  /**
   * Resolves when it is on, or another will came.
   * @param steps on and off in turns, ms; steadily on without
   * @throws VedetteError where it could not be switched; then it is off
   */
  on(steps?: readonly number[]): Promise<void> {
    return this.#want(true, steps);
  }

  /**
   * Resolves when it is off, or another will came.
   * @throws VedetteError where it could not be switched yet; it is tried again
   */
  off(): Promise<void> {
    return this.#want(false);
  }

  /** Off, and given back, whatever was wanted. */
  async close(): Promise<void> {
    this.#closed = true;
    const will = this.#will;
    this.#will = undefined;
    will?.changed.abort();
    if (will) resolved(will);
    await this.#line.close();
  }

  #want(on: boolean, steps?: readonly number[]): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const before = this.#will;
    const will = {
      on,
      steps,
      settle: Promise.withResolvers<void>(),
      settled: false,
      changed: new AbortController(),
    };
    this.#will = will;
    if (before) resolved(before);
    before?.changed.abort();
    if (!this.#working) void this.#work();
    return will.settle.promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let will = this.#will; will; will = this.#will) {
      try {
        await (will.on ? this.#blink(will) : this.#line.set(false));
        resolved(will);
        if (this.#will === will && !will.on) this.#will = undefined;
      } catch (error) {
        await this.#mend(will, error);
      }
    }
    this.#working = false;
  }

  /** Until something else is wanted. */
  async #blink(will: Will): Promise<void> {
    const {
      steps,
      changed: { signal },
    } = will;
    for (let i = 0; !signal.aborted; i++) {
      await this.#line.set(i % 2 === 0);
      resolved(will);
      await waited(steps?.[i % steps.length], signal);
    }
  }

  /** Off, since it cannot be on; off again and again, since it cannot be off. */
  async #mend(will: Will, error: unknown): Promise<void> {
    if (!will.settled) will.settle.reject(error);
    else if (will.on) this.#failed(error);
    will.settled = true;
    if (this.#will !== will) return;
    if (!will.on) await waited(offAgainMs, will.changed.signal);
    if (this.#will !== will) return;
    this.#will = { ...will, on: false, settled: true };
  }
}

function resolved(will: Will): void {
  will.settled = true;
  will.settle.resolve();
}

/** Resolves after so long, or never without a time; at once where the signal aborts. */
export async function waited(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener('abort', stop);
  await promise;
  signal.removeEventListener('abort', stop);
  clearTimeout(timer);
}
