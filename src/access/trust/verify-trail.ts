import type { DatabaseSync } from 'node:sqlite';
import { AuditTable, type Link } from './audit-table.ts';
import { base64url, entryHash, mostUnsigned, type SignedHead, sameHash } from './chain.ts';
import { openTrustForReading } from './database.ts';
import { genesisOf, signerOf, type TrailKeys } from './trail-keys.ts';

/** A place in the trail that somebody noted down: hash as base64url. */
export interface NotedEntry {
  readonly seq: number;
  readonly hash: string;
}

/** The first thing that is wrong with a trail. */
export interface BadEntry {
  /** The first entry that may be meant. */
  readonly seq: number;
  /** The last one that may be meant, where it cannot be said more closely. */
  readonly last?: number;
  /** As the entry stands there now; absent where it is gone or unreadable. */
  readonly time?: number;
  readonly title?: string;
  /** A sentence. */
  readonly what: string;
}

export interface TrailReport {
  /** So many hold, from the first. */
  readonly entries: number;
  /** The newest entry that a signature vouches for; 0 where none does. */
  readonly signed: number;
  /** Signatures that hold. */
  readonly heads: number;
  /** The newest entry that holds. */
  readonly newest?: NotedEntry & { readonly time: number };
  readonly bad?: BadEntry;
}

/**
 * Follows a whole trail, entry by entry, in little memory; the device may be writing it.
 * @param keys the device's
 * @param noted has to be in it: what was cut off behind it does not pass for whole
 * @throws what node:sqlite throws where the file cannot be opened; see `faultOf`.
 */
export async function verifyTrail(path: string, keys: TrailKeys, noted?: NotedEntry): Promise<TrailReport> {
  const database = openTrustForReading(path);
  try {
    return await verifyDatabase(database, keys, noted);
  } finally {
    database.close();
  }
}

/** As {@link verifyTrail}, for a file that is open. */
export async function verifyDatabase(
  database: DatabaseSync,
  keys: TrailKeys,
  noted?: NotedEntry,
): Promise<TrailReport> {
  // Entries and heads as they were at one moment.
  database.exec('BEGIN');
  try {
    const audit = new AuditTable(database, genesisOf(keys));
    return await new Verification(audit, keys, noted).run();
  } finally {
    endReading(database);
  }
}

/** What was read stands, however damaged the file is. */
function endReading(database: DatabaseSync): void {
  try {
    database.exec('COMMIT');
  } catch {
    // It was damaged where the end of a transaction looks; closing it ends that as well.
  }
}

class Verification {
  readonly #audit: AuditTable;
  readonly #keys: TrailKeys;
  /** Which of them signed last. */
  #signer = 0;
  readonly #noted: NotedEntry | undefined;
  /** How far all is well. */
  #seq = 0;
  #hash: Uint8Array;
  #newest: Link | undefined;
  #signed = 0;
  #heads = 0;

  constructor(audit: AuditTable, keys: TrailKeys, noted: NotedEntry | undefined) {
    this.#audit = audit;
    this.#keys = keys;
    this.#noted = noted;
    this.#hash = audit.genesis;
  }

  async run(): Promise<TrailReport> {
    let bad: BadEntry | undefined;
    try {
      bad = await this.#firstBad();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      bad = { seq: this.#seq + 1, what: `from there on the file cannot be read: ${detail}` };
    }
    const newest = this.#newest && {
      seq: this.#newest.seq,
      time: told(this.#newest.entry).time ?? 0,
      hash: base64url(this.#hash),
    };
    // Entries that fit each other, but not what was signed of them, do not hold.
    const entries = bad ? Math.min(this.#seq, bad.seq - 1) : this.#seq;
    return {
      entries,
      signed: this.#signed,
      heads: this.#heads,
      ...(newest && entries === this.#seq ? { newest } : {}),
      ...(bad ? { bad } : {}),
    };
  }

  async #firstBad(): Promise<BadEntry | undefined> {
    const heads = this.#audit.heads();
    let head = next(heads);
    for (const link of this.#audit.linksAfter(0)) {
      const bad = this.#follow(link) ?? this.#missingHead(head);
      if (bad) return bad;
      if (head?.seq !== link.seq) continue;
      const forged = await this.#check(head);
      if (forged) return forged;
      head = next(heads);
    }
    if (head) return await this.#beyondEnd(head);
    if (this.#seq - this.#signed > mostUnsigned)
      return this.#unproven(this.#seq, 'the signatures of these entries are gone');
    if (this.#noted && this.#noted.seq > this.#seq)
      return { seq: this.#seq + 1, what: `it is missing: entry ${this.#noted.seq} was noted down` };
    return undefined;
  }

  /** Whether an entry has its place, says so, and follows from the one before. */
  #follow(link: Link): BadEntry | undefined {
    const seq = this.#seq + 1;
    if (link.seq !== seq) return { seq, what: 'it is missing' };
    const { seq: says, ...rest } = told(link.entry);
    if (says !== seq) return { seq, ...rest, what: `it says that it is number ${says ?? 'none'}` };
    const hash = entryHash(this.#hash, link.entry);
    if (!sameHash(hash, link.hash))
      return { seq, ...rest, what: 'it was changed, or does not follow from the one before' };
    if (seq === this.#noted?.seq && base64url(hash) !== this.#noted.hash)
      return { seq, ...rest, what: 'it, or one before it, is not what was noted down' };
    this.#seq = seq;
    this.#hash = hash;
    this.#newest = link;
    return undefined;
  }

  /** Whether the next head can still come. */
  #missingHead(head: SignedHead | undefined): BadEntry | undefined {
    if (head && head.number !== this.#heads + 1)
      return this.#unproven(this.#seq, `signature ${this.#heads + 1} is missing`);
    if (head && head.seq < this.#seq)
      return this.#unproven(this.#seq, `signature ${head.number} is out of its order`);
    return undefined;
  }

  async #check(head: SignedHead): Promise<BadEntry | undefined> {
    if (!(await this.#isGenuine(head)))
      return this.#unproven(head.seq, `signature ${head.number} is not this device's`);
    if (!sameHash(head.hash, this.#hash))
      return this.#unproven(head.seq, 'the device signed something else; all of it may be made up');
    this.#heads = head.number;
    this.#signed = head.seq;
    return undefined;
  }

  async #beyondEnd(head: SignedHead): Promise<BadEntry> {
    const seq = this.#seq + 1;
    if (!(await this.#isGenuine(head))) return { seq, what: `signature ${head.number} is not this device's` };
    return { seq, what: `it is missing: the device signed entry ${head.seq}, and the trail ends before it` };
  }

  async #isGenuine(head: SignedHead): Promise<boolean> {
    const signer = await signerOf(this.#keys, head, this.#signer);
    if (signer !== undefined) this.#signer = signer;
    return signer !== undefined;
  }

  /** Somewhere between the newest signature that holds and `last`. */
  #unproven(last: number, what: string): BadEntry {
    const seq = this.#signed + 1;
    const [link] = this.#audit.linksAfter(this.#signed, 1);
    const { time, title } = link ? told(link.entry) : {};
    return {
      seq,
      ...(last > seq ? { last } : {}),
      ...(time === undefined ? {} : { time }),
      ...(title === undefined ? {} : { title }),
      what,
    };
  }
}

function next(heads: Generator<SignedHead>): SignedHead | undefined {
  const { value, done } = heads.next();
  return done ? undefined : value;
}

/** What an entry says of itself, as far as it can be read. */
function told(text: string): { readonly seq?: number; readonly time?: number; readonly title?: string } {
  try {
    const { seq, time, title } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof seq === 'number' ? { seq } : {}),
      ...(typeof time === 'number' ? { time } : {}),
      ...(typeof title === 'string' ? { title } : {}),
    };
  } catch {
    return {};
  }
}
