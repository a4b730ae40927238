import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { MonotonicMs } from '../clock.ts';

/** As long as a slow phone needs to sign. */
const challengeMs = 30_000;
const nonceBytes = 16;
/** A time in ms, a nonce, a proof; longer is none of ours. */
const maxLength = 128;

/**
 * Challenges that browsers sign. They carry their own proof, so that however many a stranger asks for, none of anybody else
 * is forgotten; only those that were used are kept, until they would be over.
 */
export class LoginChallenges {
  /** Of this run: none outlives a restart. */
  readonly #secret = randomBytes(32);
  readonly #used = new Map<string, MonotonicMs>();

  make(now: MonotonicMs): string {
    const body = `${Math.ceil(now + challengeMs).toString(36)}.${randomBytes(nonceBytes).toString('base64url')}`;
    return `${body}.${this.#proof(body)}`;
  }

  /** Whether it is ours, in its time, and was not used. */
  isFresh(challenge: string, now: MonotonicMs): boolean {
    if (challenge.length > maxLength || this.#used.has(challenge)) return false;
    const [until = '', nonce = '', proof = '', ...rest] = challenge.split('.');
    if (rest.length > 0) return false;
    const expected = Buffer.from(this.#proof(`${until}.${nonce}`));
    const given = Buffer.from(proof);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    return now < Number.parseInt(until, 36);
  }

  /** It was signed by somebody who may. */
  use(challenge: string, now: MonotonicMs): void {
    for (const [old, until] of this.#used) if (until <= now) this.#used.delete(old);
    this.#used.set(challenge, (now + challengeMs) as MonotonicMs);
  }

  #proof(body: string): string {
    return createHmac('sha256', this.#secret).update(body).digest('base64url');
  }
}
