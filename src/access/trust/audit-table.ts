import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type AuditDraft, AuditEntry } from '../../protocol/access.ts';
import { canonicalJson } from './canonical.ts';
import { entryHash, type SignedHead } from './chain.ts';

/** Which entries; all conditions together. Times are wall time in ms. */
export interface EntriesQuery {
  /** Older than the entry of this number. */
  readonly before?: number;
  readonly limit: number;
  /** A person's id, or their name. */
  readonly person?: string;
  readonly type?: AuditEntry['type'];
  readonly lock?: string;
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly until?: number;
}

/** The end of the chain. */
export interface Tail {
  /** 0 where there is no entry. */
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** One entry as it is kept: nothing of it is believed. */
export interface Link {
  readonly seq: number;
  readonly entry: string;
  readonly hash: Uint8Array;
}

const maxTitle = 300;

/** The trail as it is kept: it only grows. */
export class AuditTable {
  readonly #database: DatabaseSync;
  /** What the first entry follows. */
  readonly genesis: Uint8Array;

  constructor(database: DatabaseSync, genesis: Uint8Array) {
    this.#database = database;
    this.genesis = genesis;
  }

  tail(): Tail {
    const row = this.#database.prepare('SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1').get();
    return row === undefined
      ? { seq: 0, hash: this.genesis }
      : { seq: Number(row.seq), hash: row.hash as Uint8Array };
  }

  /** The hash of one entry, as it is kept; undefined where there is none. */
  hashAt(seq: number): Uint8Array | undefined {
    if (seq === 0) return this.genesis;
    const row = this.#database.prepare('SELECT hash FROM entries WHERE seq = ?').get(seq);
    return row && linkOf({ ...row, seq, entry: '' }).hash;
  }

  /** The chain as it is kept, oldest first. */
  *linksAfter(seq: number, limit = Number.MAX_SAFE_INTEGER): Generator<Link> {
    const rows = this.#database
      .prepare('SELECT seq, entry, hash FROM entries WHERE seq > ? ORDER BY seq LIMIT ?')
      .iterate(seq, limit);
    for (const row of rows) yield linkOf(row);
  }

  /** Within the transaction of whoever calls. @param now wall time in ms */
  append(drafts: readonly AuditDraft[], now: number): AuditEntry[] {
    const insert = this.#database.prepare('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)');
    let { seq, hash } = this.tail();
    return drafts.map((draft) => {
      seq += 1;
      // A name that makes a title too long is no reason to refuse what it is about.
      const entry = { ...draft, title: draft.title.slice(0, maxTitle), seq, time: now };
      const text = canonicalJson(entry);
      hash = entryHash(hash, text);
      insert.run(seq, text, hash);
      return JSON.parse(text) as AuditEntry;
    });
  }

  /** Newest first. */
  list({ limit, ...which }: EntriesQuery): AuditEntry[] {
    const { filter, values } = conditions(which);
    return this.#database
      .prepare(`SELECT seq, entry FROM entries ${filter} ORDER BY seq DESC LIMIT ?`)
      .all(...values, limit)
      .map((row) => readEntry(Number(row.seq), String(row.entry)));
  }

  /** Oldest first, from the entry of number `from` on. */
  listFrom(from: number, { limit, ...which }: EntriesQuery): AuditEntry[] {
    const { filter, values } = conditions(which);
    return this.#database
      .prepare(`SELECT seq, entry FROM entries ${filter} AND seq >= ? ORDER BY seq LIMIT ?`)
      .all(...values, from, limit)
      .map((row) => readEntry(Number(row.seq), String(row.entry)));
  }

  /** The number of the oldest of the newest `limit`; undefined where there is none. */
  startOfNewest({ limit, ...which }: EntriesQuery): number | undefined {
    const { filter, values } = conditions(which);
    const row = this.#database
      .prepare(`SELECT min(seq) AS seq FROM (SELECT seq FROM entries ${filter} ORDER BY seq DESC LIMIT ?)`)
      .get(...values, limit);
    return typeof row?.seq === 'number' ? row.seq : undefined;
  }

  addHead({ number, seq, hash, signature }: SignedHead): void {
    this.#database
      .prepare('INSERT INTO heads (number, seq, hash, signature) VALUES (?, ?, ?, ?)')
      .run(number, seq, hash, signature);
  }

  /** Oldest first. */
  *heads(limit = Number.MAX_SAFE_INTEGER): Generator<SignedHead> {
    const rows = this.#database.prepare('SELECT * FROM heads ORDER BY number LIMIT ?').iterate(limit);
    for (const row of rows) yield headOf(row);
  }

  newestHead(): SignedHead | undefined {
    const row = this.#database.prepare('SELECT * FROM heads ORDER BY number DESC LIMIT 1').get();
    return row && headOf(row);
  }
}

type Row = Readonly<Record<string, unknown>>;

function headOf({ number, seq, hash, signature }: Row): SignedHead {
  return { number: Number(number), seq: Number(seq), hash: bytesOf(hash), signature: String(signature) };
}

function linkOf({ seq, entry, hash }: Row): Link {
  return { seq: Number(seq), entry: String(entry), hash: bytesOf(hash) };
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

/** An entry that somebody spoiled is not left out: it says where to look. */
function readEntry(seq: number, text: string): AuditEntry {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const { success, data } = AuditEntry.safeParse(parsed);
  if (success && data.seq === seq) return data;
  return { seq, time: 0, type: 'device', title: 'This entry is damaged; vedette audit verify tells more' };
}

function conditions({ before, person, type, lock, from, until }: Omit<EntriesQuery, 'limit'>) {
  const all: string[] = ['TRUE'];
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...given: readonly SQLInputValue[]) => {
    all.push(condition);
    values.push(...given);
  };
  if (before !== undefined) where('seq < ?', before);
  if (person !== undefined) where("(person = ? OR json_extract(entry, '$.name') = ?)", person, person);
  if (type !== undefined) where('type = ?', type);
  if (lock !== undefined) where('lock = ?', lock);
  if (from !== undefined) where('time >= ?', from);
  if (until !== undefined) where('time < ?', until);
  return { filter: `WHERE ${all.join(' AND ')}`, values };
}
