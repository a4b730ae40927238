import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../log.ts';
import { replaceFile } from './atomic-file.ts';
import type { CodeSecret } from './codes.ts';

/** As long as the HMAC's own hash (RFC 2104, 3). */
const secretBytes = 32;
/** base64url of {@link secretBytes}. */
const secretPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * The secret that codes for keypads are kept under, in `code-secret` of `identity/`, readable by its user only: the trust
 * store alone tells no code. Made with the first code. Whoever loses it loses all codes, and nothing else.
 */
export class CodeSecretFile implements CodeSecret {
  readonly #path: string;
  #current: Secret | undefined;

  /** @param folder `identity/` of the state folder */
  constructor(folder: string) {
    this.#path = join(folder, 'code-secret');
  }

  get current(): Secret | undefined {
    return this.#current;
  }

  /** Reads it where it is there. One that is damaged is as good as gone. */
  async start(): Promise<void> {
    let text: string;
    try {
      text = (await readFile(this.#path, 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    await chmod(this.#path, 0o600); // a copy or a restored backup may have come wide open
    if (secretPattern.test(text)) this.#current = new Secret(text);
  }

  /** On the disk before it is used. */
  async ready(): Promise<Secret> {
    if (this.#current) return this.#current;
    const text = randomBytes(secretBytes).toString('base64url');
    await replaceFile(this.#path, `${text}\n`);
    this.#current = new Secret(text);
    return this.#current;
  }
}
