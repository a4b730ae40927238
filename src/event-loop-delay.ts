import type { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long a timer waits beyond its time, in seconds: what everything else in this process waits, too. */
export interface EventLoopDelays {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Ten looks a second: 0.1 % of a core, where 20 ms would be 0.4 %. What is measured is what a timer sees that is due at
 * any moment, so rare looks find the same delays, only later.
 */
const resolutionMs = 100;
const nsPerSecond = 1e9;

/** Measures how late the event loop is; begins when it is first asked, so that nobody pays who does not ask. */
export class EventLoopDelay {
  #histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;

  /** The delays since it was asked before; undefined where there is nothing yet. */
  async take(): Promise<EventLoopDelays | undefined> {
    if (!this.#histogram) {
      const hooks = await import('node:perf_hooks');
      this.#histogram ??= hooks.monitorEventLoopDelay({ resolution: resolutionMs });
      this.#histogram.enable();
      return undefined;
    }
    const { count, mean, max } = this.#histogram;
    if (count === 0) return undefined;
    const delays = { mean: delay(mean), p99: delay(this.#histogram.percentile(99)), max: delay(max) };
    this.#histogram.reset();
    return delays;
  }

  stop(): void {
    this.#histogram?.disable();
    this.#histogram = undefined;
  }
}

/** Node counts the time between two looks, its resolution included. */
function delay(ns: number): number {
  return Math.max(0, ns / nsPerSecond - resolutionMs / 1000);
}
