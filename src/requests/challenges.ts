import { randomBytes } from 'node:crypto';
import type { MonotonicMs } from '../clock.ts';
import { challengeMs } from '../protocol/request.ts';

/** A hand has not more buttons; a fifth takes the place of the oldest. */
const maxOutstanding = 4;
const challengeBytes = 16;

/** What became of a challenge that somebody brought. */
export type Spent = 'fresh' | 'late' | 'unknown';

/** The one-time challenges of one asker. In memory alone: after a restart none of them holds. */
export class Challenges {
  /** When each ends, the oldest first. */
  readonly #open = new Map<string, number>();

  give(now: MonotonicMs): string {
    const challenge = randomBytes(challengeBytes).toString('base64url');
    this.#open.set(challenge, now + challengeMs);
    const [oldest] = this.#open.keys();
    if (this.#open.size > maxOutstanding && oldest !== undefined) this.#open.delete(oldest);
    return challenge;
  }

  /** Ends a challenge, and says whether it held until now. */
  spend(challenge: string, now: MonotonicMs): Spent {
    const ends = this.#open.get(challenge);
    if (ends === undefined) return 'unknown';
    this.#open.delete(challenge);
    return now <= ends ? 'fresh' : 'late';
  }
}
