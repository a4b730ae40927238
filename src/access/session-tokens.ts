import { createHash, randomBytes } from 'node:crypto';
import type { MonotonicMs } from '../clock.ts';
import { Secret } from '../log.ts';
import type { Scope } from '../protocol/scope.ts';

/** No token of a person is good for longer. */
export const maxTokenSeconds = 3_600;
/** Of one key at once; the oldest ends. */
const maxPerKey = 32;
const prefix = 't1.';
const tokenBytes = 32;

interface Row {
  readonly key: string;
  readonly scopes: readonly Scope[];
  readonly until: MonotonicMs;
}

/** Short-lived tokens of persons, for players: bound to a key and to scopes, kept by their hash, in memory alone. */
export class SessionTokens {
  readonly #rows = new Map<string, Row>();

  make(key: string, scopes: readonly Scope[], forSeconds: number, now: MonotonicMs): Secret {
    for (const [hash, { until }] of this.#rows) if (until <= now) this.#rows.delete(hash);
    const own = [...this.#rows].filter(([, row]) => row.key === key);
    for (const [hash] of own.slice(0, Math.max(0, own.length - maxPerKey + 1))) this.#rows.delete(hash);
    const token = `${prefix}${randomBytes(tokenBytes).toString('base64url')}`;
    const until = (now + Math.min(forSeconds, maxTokenSeconds) * 1_000) as MonotonicMs;
    this.#rows.set(hashOf(token), { key, scopes, until });
    return new Secret(token);
  }

  /** Whose it is, and for what; undefined where it is none, or over. */
  of(token: string, now: MonotonicMs): Pick<Row, 'key' | 'scopes'> | undefined {
    const row = token.startsWith(prefix) ? this.#rows.get(hashOf(token)) : undefined;
    return row !== undefined && now < row.until ? row : undefined;
  }
}

/** Looked up by hash: how long a lookup takes says nothing about the token. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
