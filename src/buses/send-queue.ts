import type { MonotonicMs } from '../clock.ts';

/** What waits to be sent. */
export interface Waiting {
  readonly bytes: number;
  /** When it is of no use any more. */
  readonly expiresMs: number;
}

/** How much may wait. */
export interface QueueLimits {
  readonly items: number;
  readonly bytes: number;
}

/** First in, first out, and bounded: of too much, the oldest goes. Pure. */
export class SendQueue<Item extends Waiting> {
  readonly #limits: QueueLimits;
  readonly #items: Item[] = [];
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds one, and gives back those that had to go for it: the oldest, or itself where it is too large for any queue. */
  add(item: Item): readonly Item[] {
    if (item.bytes > this.#limits.bytes) return [item];
    this.#items.push(item);
    this.#bytes += item.bytes;
    const gone: Item[] = [];
    while (this.#items.length > this.#limits.items || this.#bytes > this.#limits.bytes) {
      const oldest = this.#shift();
      if (oldest) gone.push(oldest);
    }
    return gone;
  }

  /** Takes the next one out, and those before it that have expired. */
  take(now: MonotonicMs): { readonly next: Item | undefined; readonly expired: readonly Item[] } {
    const expired: Item[] = [];
    for (;;) {
      const next = this.#shift();
      if (next === undefined || next.expiresMs > now) return { next, expired };
      expired.push(next);
    }
  }

  /** Takes all out. */
  clear(): readonly Item[] {
    this.#bytes = 0;
    return this.#items.splice(0);
  }

  #shift(): Item | undefined {
    const item = this.#items.shift();
    if (item) this.#bytes -= item.bytes;
    return item;
  }
}
