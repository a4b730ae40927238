import type { MonotonicMs } from '../clock.ts';
import { TokenBucket } from '../token-bucket.ts';
import { Challenges } from './challenges.ts';
import { Exchange } from './exchange.ts';
import { Refusals } from './refusals.ts';

/** Of all sorts: a page that opens asks some at once. */
const burst = 30;
const perSecond = 10;
/** Of what moves something; a hand is slower. */
const movingBurst = 10;
const movingPerSecond = 2;
/** Receipts of one asker that are had ready, so that what is repeated after a reconnect is answered without the disk. */
const maxKept = 64;
/** Who asked nothing for so long is forgotten, its receipts on disk are not. */
const forgottenAfterMs = 10 * 60_000;

/** What the device has in mind of one asker. */
export class AskerMemory {
  readonly challenges = new Challenges();
  readonly refusals = new Refusals();
  readonly #any: TokenBucket;
  readonly #moving: TokenBucket;
  readonly #exchanges = new Map<string, Exchange>();
  #seen: MonotonicMs;

  constructor(now: MonotonicMs) {
    this.#any = new TokenBucket(burst, perSecond, now);
    this.#moving = new TokenBucket(movingBurst, movingPerSecond, now);
    this.#seen = now;
  }

  /** Whether one more may be read. */
  mayAsk(now: MonotonicMs): boolean {
    this.#seen = now;
    return this.#any.take(now);
  }

  /** Whether one more may move something. */
  mayMove(now: MonotonicMs): boolean {
    return this.#moving.take(now);
  }

  known(id: string): Exchange | undefined {
    return this.#exchanges.get(id);
  }

  begin(id: string, digest: string): Exchange {
    const exchange = new Exchange(id, digest);
    this.#exchanges.set(id, exchange);
    for (const [old, { settled }] of this.#exchanges) {
      if (this.#exchanges.size <= maxKept) break;
      if (settled) this.#exchanges.delete(old);
    }
    return exchange;
  }

  /** What is read anew each time is not kept. */
  forget(id: string): void {
    this.#exchanges.delete(id);
  }

  /** Nothing is under way, and nothing was asked for long. */
  isIdle(now: MonotonicMs): boolean {
    return (
      now - this.#seen > forgottenAfterMs && [...this.#exchanges.values()].every(({ settled }) => settled)
    );
  }
}
