import type { MonotonicMs } from '../../clock.ts';
import type { CandidatePair } from './pair.ts';
import type { IcePath } from './path.ts';

/**
 * First retransmission of a check, ms. RFC 8445, 14.3 says 500 at least, for networks of its day; a lost first check
 * would then be most of the time to the first frame.
 */
export const firstRetransmitMs = 100;
/** Waits double up to this, ms. */
export const longestRetransmitMs = 1_600;
/** Times a check is sent: the last answer is awaited 6.3 s after the first. */
export const maxSends = 7;
/** An answer to a consent check that is later than consent itself is worth nothing, ms (RFC 7675, 5.1). */
export const consentAnswerMs = 30_000;

/** `nominate` is a check with USE-CANDIDATE; `consent` is sent once (RFC 7675, 5.1). */
export type Purpose = 'check' | 'nominate' | 'consent';

/** A request of ours that awaits its answer. */
export interface Transaction<P extends IcePath = IcePath> {
  readonly key: string;
  readonly pair: CandidatePair<P>;
  readonly purpose: Purpose;
  /** The role it claimed. */
  readonly controlling: boolean;
  readonly message: Buffer;
  sends: number;
  /** Its answer does not tell which sending it answers. */
  sentAgain: boolean;
  lastSentMs: MonotonicMs;
  /** Time to send again, or to give up. */
  dueMs: number;
  /** Sent early once because the peer's own check came through. */
  hastened: boolean;
}

/** A session's outstanding requests: one check and one nomination a pair, and 30 s of consent checks. */
export class Transactions<P extends IcePath> {
  readonly #open = new Map<string, Transaction<P>>();

  get size(): number {
    return this.#open.size;
  }

  begin(
    fields: Pick<Transaction<P>, 'key' | 'pair' | 'purpose' | 'controlling' | 'message'>,
    now: MonotonicMs,
  ): Transaction<P> {
    const once = fields.purpose === 'consent' || fields.pair.path.transport === 'tcp';
    const transaction: Transaction<P> = {
      ...fields,
      sends: once ? maxSends : 1,
      sentAgain: false,
      lastSentMs: now,
      dueMs: now + this.#firstWait(fields.purpose, once, fields.pair.roundTripMs),
      hastened: false,
    };
    this.#open.set(fields.key, transaction);
    return transaction;
  }

  find(key: string): Transaction<P> | undefined {
    return this.#open.get(key);
  }

  /** The outstanding check or nomination of a pair. */
  of(pair: CandidatePair<P>, purpose: Purpose): Transaction<P> | undefined {
    for (const transaction of this.#open.values())
      if (transaction.pair === pair && transaction.purpose === purpose) return transaction;
    return undefined;
  }

  has(purpose: Purpose): boolean {
    for (const transaction of this.#open.values()) if (transaction.purpose === purpose) return true;
    return false;
  }

  end(transaction: Transaction<P>): void {
    this.#open.delete(transaction.key);
  }

  /** Forgets what a pair has outstanding: its answers come too late. */
  forget(admit: (transaction: Transaction<P>) => boolean): void {
    for (const transaction of this.#open.values()) if (admit(transaction)) this.end(transaction);
  }

  /** Counts a transaction as sent again. */
  countSent(transaction: Transaction<P>, now: MonotonicMs): void {
    const wait = Math.min(firstRetransmitMs * 2 ** transaction.sends, longestRetransmitMs);
    transaction.sends += 1;
    transaction.sentAgain = true;
    transaction.lastSentMs = now;
    transaction.dueMs = now + wait;
  }

  /** What is to be sent again, or given up, now. */
  due(now: MonotonicMs): Transaction<P>[] {
    return [...this.#open.values()].filter(({ dueMs }) => dueMs <= now);
  }

  get deadline(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#open.values()) earliest = Math.min(earliest, dueMs);
    return earliest;
  }

  #firstWait(purpose: Purpose, once: boolean, roundTripMs: number | undefined): number {
    if (purpose === 'consent') return consentAnswerMs;
    // Over TCP the system retransmits (RFC 8489, 6.2.2).
    if (once) return maxSends * firstRetransmitMs * 10;
    return Math.max(firstRetransmitMs, Math.min(2 * (roundTripMs ?? 0), longestRetransmitMs));
  }
}
