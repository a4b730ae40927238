import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { verify } from '../../identity/keys.ts';
import type { Logger } from '../../log.ts';
import { removeLeftovers, replaceFile } from '../atomic-file.ts';
import { canonicalJson } from './canonical.ts';
import type { TrustIdentity } from './head-signer.ts';
import { TrustRow } from './row.ts';

/** In `identity/`, beside the key that signs it. */
const fileName = 'known.json';

const Copy = z.strictObject({
  version: z.literal(1),
  number: z.int().min(1),
  rows: z.array(TrustRow),
  signature: z.string().max(100),
});

/** Whom the device knew when it was written, and how many were written before. */
export interface KnownCopy {
  readonly number: number;
  readonly rows: readonly TrustRow[];
}

/**
 * The copy of people, keys and grants beside the device's key, for when `trust.sqlite` cannot be read. Undefined where there
 * is none, or where this device did not sign it. Never throws.
 * @param folder `identity/` of the state folder
 */
export async function readKnownPeople(folder: string, publicKey: string): Promise<KnownCopy | undefined> {
  try {
    const copy = Copy.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
    return (await verify(publicKey, knownStatement(publicKey, copy), copy.signature)) ? copy : undefined;
  } catch {
    return undefined; // whatever else it is, it is not that copy
  }
}

export interface KnownPeopleOptions {
  /** `identity/` of the state folder. */
  readonly folder: string;
  readonly identity: TrustIdentity;
  readonly log: Logger;
}

/** Keeps that copy. Each has a higher number than the one before. */
export class KnownPeople {
  readonly #options: KnownPeopleOptions;
  #number = 0;
  #waiting: readonly TrustRow[] | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: KnownPeopleOptions) {
    this.#options = options;
  }

  /** Of the newest, on the disk or about to be. */
  get number(): number {
    return this.#number;
  }

  /** Reads it once, at the start, and goes on after its number. @returns its rows; undefined where it is not to be believed */
  async start(): Promise<readonly TrustRow[] | undefined> {
    const { folder, identity } = this.#options;
    await removeLeftovers(join(folder, fileName)).catch(() => undefined);
    const copy = await readKnownPeople(folder, identity.publicKey);
    this.resume(copy?.number ?? 0);
    return copy?.rows;
  }

  /** There was one of this number already. */
  resume(number: number): void {
    this.#number = Math.max(this.#number, number);
  }

  /**
   * Replaces the copy; of several that wait the last is written. Where that fails there is none rather than an old one, in
   * which somebody may stand who was sent away. Resolves when it is on the disk; never rejects.
   */
  keep(rows: readonly TrustRow[]): Promise<void> {
    this.#number += 1;
    this.#waiting = rows;
    this.#writing ??= this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { folder, identity, log } = this.#options;
    const path = join(folder, fileName);
    for (let rows = this.#waiting; rows; rows = this.#waiting) {
      this.#waiting = undefined;
      const copy = { number: this.#number, rows };
      try {
        const signature = await identity.sign(knownStatement(identity.publicKey, copy));
        await replaceFile(path, `${JSON.stringify({ version: 1, ...copy, signature })}\n`);
      } catch (error) {
        log.warn({ detail: String(error) }, 'the copy of who is known could not be kept');
        await rm(path, { force: true }).catch((reason: unknown) =>
          log.error({ detail: String(reason) }, 'an old copy of who is known is still there'),
        );
      }
    }
    this.#writing = undefined;
  }
}

/** What the device signs of a copy; the purpose stands first, as in all that is signed (identity/statements.ts). */
function knownStatement(publicKey: string, { number, rows }: KnownCopy): string {
  return JSON.stringify(['vedette known people 1', publicKey, String(number), canonicalJson(rows)]);
}
