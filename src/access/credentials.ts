import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Logger, Secret } from '../log.ts';
import { ownerScopes, type Scope } from '../protocol/scope.ts';
import { removeLeftovers, replaceFile } from './atomic-file.ts';
import { Attempts } from './attempts.ts';
import { BrowserSessions } from './browser-sessions.ts';
import { loadSecret, renewSecret, sameSecret } from './secret.ts';
import { SessionTokens } from './session-tokens.ts';
import { verifyToken } from './token.ts';

/** What came of offering a secret. */
export type Trade =
  | { readonly result: 'opened'; readonly cookie: Secret }
  /** Somebody has paired. */
  | { readonly result: 'over' }
  | { readonly result: 'wrong' }
  | { readonly result: 'wait'; readonly waitMs: number };

/** What a request carries. */
export interface Presented {
  /** The session cookie's value. */
  readonly cookie: string | undefined;
  /** The token of `Authorization: Bearer` (RFC 6750). */
  readonly bearer: string | undefined;
}

/** What was proved by it. */
export type Proof =
  | { readonly kind: 'holder'; readonly scopes: readonly Scope[]; readonly over: AbortSignal }
  /** A key, by its id; a token of its person speaks for these scopes alone. */
  | { readonly kind: 'key'; readonly key: string; readonly only?: readonly Scope[] }
  | { readonly kind: 'none' };

export interface CredentialsOptions {
  /** `identity/` of the state folder; made where it is not there. */
  readonly folder: string;
  /** Whether somebody has paired: then the secret opens nothing. */
  paired(): boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Who somebody is by what they present: the secret, a token, or a signed-in browser's cookie. */
export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #attempts = new Attempts();
  readonly #tokens = new SessionTokens();
  #sessions: BrowserSessions | undefined;
  #secret: Secret | undefined;
  /** Ends with the secret. */
  #over = new AbortController();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /** Loads or makes the secret. @throws VedetteError `access/secret-damaged` */
  async start(): Promise<void> {
    this.#secret = await loadSecret(this.#options.folder);
    this.#sessions = new BrowserSessions(this.#secret);
    await removeLeftovers(this.#sessionsPath);
    try {
      this.#sessions.restore(await readFile(this.#sessionsPath, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** Returns when everything is on disk. */
  async stop(): Promise<void> {
    await this.#writing;
  }

  /** For the printed link. Only after {@link start}. */
  get secret(): Secret {
    return started(this.#secret);
  }

  get #browsers(): BrowserSessions {
    return started(this.#sessions);
  }

  /** Trades the secret for a browser session. The right one always passes; wrong ones are slowed. */
  async trade(secret: string): Promise<Trade> {
    if (this.#options.paired()) return { result: 'over' };
    if (sameSecret(this.secret, secret)) return { result: 'opened', cookie: await this.#open() };
    const waitMs = this.#attempts.failed('secret', this.#options.clock.now());
    return waitMs > 0 ? { result: 'wait', waitMs } : { result: 'wrong' };
  }

  /** A cookie for whoever proved the key of this id. */
  open(key: string): Promise<Secret> {
    return this.#open(key);
  }

  /** Somebody has paired: the printed link, every token made from it and every cookie it was traded for end. */
  async end(): Promise<void> {
    this.#secret = await renewSecret(this.#options.folder);
    this.#sessions = new BrowserSessions(this.#secret);
    this.#over.abort();
    this.#over = new AbortController();
    await this.#save();
  }

  /** A short-lived token for a player, of a key and for these scopes. */
  makeToken(key: string, scopes: readonly Scope[], forSeconds: number): Secret {
    return this.#tokens.make(key, scopes, forSeconds, this.#options.clock.now());
  }

  /** What is proved by this. Everything we gave out is beyond guessing, and a wrong one costs us a hash. */
  proof({ cookie, bearer }: Presented): Proof {
    if (bearer !== undefined) return this.#proofOf(bearer);
    if (cookie === undefined) return { kind: 'none' };
    const { known, changed, key } = this.#browsers.use(cookie, this.#options.clock.wall());
    if (changed) void this.#save();
    if (!known) return { kind: 'none' };
    if (key !== undefined) return { kind: 'key', key };
    return this.#options.paired() ? { kind: 'none' } : this.#holder(ownerScopes);
  }

  #proofOf(bearer: string): Proof {
    const token = this.#tokens.of(bearer, this.#options.clock.now());
    if (token) return { kind: 'key', key: token.key, only: token.scopes };
    if (!this.#options.paired() && sameSecret(this.secret, bearer)) return this.#holder(ownerScopes);
    const scopes = verifyToken(this.secret, bearer);
    return scopes === undefined ? { kind: 'none' } : this.#holder(scopes);
  }

  #holder(scopes: readonly Scope[]): Proof {
    return { kind: 'holder', scopes, over: this.#over.signal };
  }

  async #open(key?: string): Promise<Secret> {
    const cookie = this.#browsers.open(this.#options.clock.wall(), key);
    await this.#save();
    return cookie;
  }

  get #sessionsPath(): string {
    return join(this.#options.folder, 'browsers.json');
  }

  /** One write after another; a full disk costs a sign-in at the next start, not this one. */
  #save(): Promise<void> {
    this.#writing = this.#writing
      .then(() => replaceFile(this.#sessionsPath, this.#browsers.serialize()))
      .catch((error: Error) =>
        this.#options.log.warn({ reason: error.message }, 'signed-in browsers could not be kept'),
      );
    return this.#writing;
  }
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('credentials were not started');
  return part;
}
