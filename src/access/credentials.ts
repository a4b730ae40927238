import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Logger, Secret } from '../log.ts';
import { ownerScopes } from '../protocol/scope.ts';
import { removeLeftovers, replaceFile } from './atomic-file.ts';
import { Attempts } from './attempts.ts';
import type { Peer } from './authorize.ts';
import { BrowserSessions } from './browser-sessions.ts';
import { loadSecret, sameSecret } from './secret.ts';
import { verifyToken } from './token.ts';

/** What came of offering a secret. */
export type Trade =
  | { readonly result: 'opened'; readonly cookie: Secret }
  | { readonly result: 'wrong' }
  | { readonly result: 'wait'; readonly waitMs: number };

/** What a request carries. */
export interface Presented {
  /** The session cookie's value. */
  readonly cookie: string | undefined;
  /** The token of `Authorization: Bearer` (RFC 6750). */
  readonly bearer: string | undefined;
  /** Remote IP address, for counting wrong guesses. */
  readonly address: string;
}

/** Who somebody is by what they present: the secret, a token made from it, or a signed-in browser's cookie. */
export class Credentials {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #attempts = new Attempts();
  #sessions: BrowserSessions | undefined;
  #secret: Secret | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param folder `identity/` of the state folder; made where it is not there. */
  constructor(folder: string, clock: Clock, log: Logger) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
  }

  /** Loads or makes the secret. @throws VedetteError `access/secret-damaged` */
  async start(): Promise<void> {
    this.#secret = await loadSecret(this.#folder);
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

  /** The owner's secret, for the printed link. Only after {@link start}. */
  get secret(): Secret {
    return started(this.#secret);
  }

  get #browsers(): BrowserSessions {
    return started(this.#sessions);
  }

  /** Trades the secret for a browser session. An address that guesses is made to wait, even with the right one. */
  async trade(secret: string, address: string): Promise<Trade> {
    const now = this.#clock.now();
    const waitMs = this.#attempts.waitMs(address, now);
    if (waitMs > 0) return { result: 'wait', waitMs };
    if (!sameSecret(this.secret, secret)) {
      this.#attempts.failed(address, now);
      return { result: 'wrong' };
    }
    const cookie = this.#browsers.open(this.#clock.wall());
    await this.#save();
    return { result: 'opened', cookie };
  }

  /** Who presents this; a wrong token counts as a guess, and a guesser stays a stranger for a while. */
  peer({ cookie, bearer, address }: Presented): Peer {
    if (bearer !== undefined) {
      const now = this.#clock.now();
      if (this.#attempts.waitMs(address, now) > 0) return { kind: 'stranger' };
      if (sameSecret(this.secret, bearer)) return { kind: 'holder', scopes: ownerScopes };
      const scopes = verifyToken(this.secret, bearer);
      if (scopes !== undefined) return { kind: 'holder', scopes };
      this.#attempts.failed(address, now);
      return { kind: 'stranger' };
    }
    if (cookie === undefined) return { kind: 'stranger' };
    const { known, changed } = this.#browsers.use(cookie, this.#clock.wall());
    if (changed) void this.#save();
    return known ? { kind: 'holder', scopes: ownerScopes } : { kind: 'stranger' };
  }

  get #sessionsPath(): string {
    return join(this.#folder, 'browsers.json');
  }

  /** One write after another; a full disk costs a sign-in at the next start, not this one. */
  #save(): Promise<void> {
    this.#writing = this.#writing
      .then(() => replaceFile(this.#sessionsPath, this.#browsers.serialize()))
      .catch((error: Error) =>
        this.#log.warn({ reason: error.message }, 'signed-in browsers could not be kept'),
      );
    return this.#writing;
  }
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('credentials were not started');
  return part;
}
