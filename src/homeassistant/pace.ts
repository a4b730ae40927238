import type { MonotonicMs } from '../clock.ts';

interface Told {
  readonly payload: string;
  readonly atMs: MonotonicMs;
}

/**
 * Lets each topic speak only so often: of more, the newest is said when it is due, and what has not changed is not said
 * again. Its user owns the timer.
 */
export class Pace {
  readonly #periodMs: number;
  readonly #told = new Map<string, Told>();
  readonly #waiting = new Map<string, string>();

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** When something that waits is due; undefined where nothing waits. */
  get nextMs(): MonotonicMs | undefined {
    const due = [...this.#waiting.keys()].map((topic) => this.#dueMs(topic));
    return due.length === 0 ? undefined : (Math.min(...due) as MonotonicMs);
  }

  /** True: it is to be said now. False: it is known already, or waits. */
  offer(topic: string, payload: string, now: MonotonicMs): boolean {
    if (this.#told.get(topic)?.payload === payload) {
      this.#waiting.delete(topic);
      return false;
    }
    this.#waiting.set(topic, payload);
    if (this.#dueMs(topic) > now) return false;
    this.#tell(topic, payload, now);
    return true;
  }

  /** What is to be said now, of what waited. */
  due(now: MonotonicMs): readonly { readonly topic: string; readonly payload: string }[] {
    const due = [...this.#waiting].filter(([topic]) => this.#dueMs(topic) <= now);
    for (const [topic, payload] of due) this.#tell(topic, payload, now);
    return due.map(([topic, payload]) => ({ topic, payload }));
  }

  #tell(topic: string, payload: string, now: MonotonicMs): void {
    this.#waiting.delete(topic);
    this.#told.set(topic, { payload, atMs: now });
  }

  #dueMs(topic: string): number {
    const told = this.#told.get(topic);
    return told ? told.atMs + this.#periodMs : 0;
  }
}
