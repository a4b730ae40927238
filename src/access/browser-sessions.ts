import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { WallMs } from '../clock.ts';
import { Secret } from '../log.ts';

/** A browser that was not used this long opens the link again. */
export const browserSessionMs = 30 * 24 * 3_600_000;
/** More browsers than a household has; beyond, the one unused longest is signed out. */
const maxSessions = 256;
/** A use is noted this often, so that looking does not wear the disk. */
const noteUseMs = 24 * 3_600_000;
const tokenBytes = 32;

const Rows = z
  .array(
    z.strictObject({
      hash: z.string().length(43),
      usedAt: z.number(),
      /** The id of the key that was proved for it; absent: the secret was. */
      key: z.string().length(43).optional(),
    }),
  )
  .max(maxSessions);

interface Use {
  readonly usedAt: WallMs;
  readonly key: string | undefined;
}

/**
 * The browsers that traded the secret, or the proof of a key, for a cookie. A cookie holds a random token; only its hash is
 * kept, so the file lets nobody in; and the hash is keyed by the owner's secret, so a new secret signs everybody out. Pure:
 * the edge writes {@link BrowserSessions.serialize} where a method says it changed.
 */
export class BrowserSessions {
  /** By hash, the longest unused first. */
  readonly #used = new Map<string, Use>();
  readonly #secret: Secret;

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  /** Takes up what {@link serialize} gave; a damaged text begins anew, which signs everybody out. */
  restore(text: string): void {
    let rows: unknown;
    try {
      rows = JSON.parse(text);
    } catch {
      return;
    }
    const parsed = Rows.safeParse(rows);
    if (!parsed.success) return;
    for (const { hash, usedAt, key } of parsed.data.sort((a, b) => a.usedAt - b.usedAt)) {
      this.#used.set(hash, { usedAt: usedAt as WallMs, key });
    }
  }

  serialize(): string {
    return JSON.stringify([...this.#used].map(([hash, use]) => ({ hash, ...use })));
  }

  /** Signs a browser in, for a key or for the secret; its cookie's value is the result. */
  open(now: WallMs, key?: string): Secret {
    this.#expire(now);
    const token = randomBytes(tokenBytes).toString('base64url');
    this.#used.set(this.#hashOf(token), { usedAt: now, key });
    for (const oldest of this.#used.keys()) {
      if (this.#used.size <= maxSessions) break;
      this.#used.delete(oldest);
    }
    return new Secret(token);
  }

  /** What `token` was given for, where it is a signed-in browser's; `changed` says that its use is worth writing down. */
  use(
    token: string,
    now: WallMs,
  ): { readonly known: boolean; readonly changed: boolean; readonly key?: string | undefined } {
    const hash = this.#hashOf(token);
    const use = this.#used.get(hash);
    if (use === undefined || now - use.usedAt > browserSessionMs) return { known: false, changed: false };
    const { key } = use;
    if (now - use.usedAt < noteUseMs) return { known: true, changed: false, key };
    this.#used.delete(hash);
    this.#used.set(hash, { usedAt: now, key });
    return { known: true, changed: true, key };
  }

  #expire(now: WallMs): void {
    for (const [hash, { usedAt }] of this.#used) if (now - usedAt > browserSessionMs) this.#used.delete(hash);
  }

  /** Looked up by hash: how long a lookup takes says nothing about the token. */
  #hashOf(token: string): string {
    return createHmac('sha256', this.#secret.reveal()).update(`vedette browser ${token}`).digest('base64url');
  }
}
