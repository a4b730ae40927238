import type { DatabaseSync } from 'node:sqlite';
import { Receipt, receiptKeptMs } from '../../protocol/request.ts';

/** A request that moves or changes something: whose it is, and which bytes it has. */
export interface ClaimedRequest {
  readonly id: string;
  readonly key: string;
  /** Of its bytes. */
  readonly digest: string;
}

/** A request that was taken, with its last word where it has one. */
export type KnownRequest = ClaimedRequest & { readonly receipt?: Receipt };

/** Requests of the last 24 h, so that none of them moves or changes anything twice. */
export class RequestTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(id: string): KnownRequest | undefined {
    const row = this.#database.prepare('SELECT id, key, digest, receipt FROM requests WHERE id = ?').get(id);
    return row && known(row);
  }

  add({ id, key, digest, receipt }: KnownRequest, now: number): void {
    this.#database
      .prepare('INSERT INTO requests (id, key, digest, taken_at, receipt) VALUES (?, ?, ?, ?, ?)')
      .run(id, key, digest, now, receipt ? JSON.stringify(receipt) : null);
  }

  settle(id: string, receipt: Receipt): void {
    this.#database.prepare('UPDATE requests SET receipt = ? WHERE id = ?').run(JSON.stringify(receipt), id);
  }

  /** Those without a last word. */
  unsettled(): KnownRequest[] {
    return this.#database
      .prepare('SELECT id, key, digest, receipt FROM requests WHERE receipt IS NULL')
      .all()
      .map(known);
  }

  /** Removes what is too old to be asked again. */
  forget(now: number): void {
    this.#database
      .prepare('DELETE FROM requests WHERE taken_at < ? AND receipt IS NOT NULL')
      .run(now - receiptKeptMs);
  }
}

function known(row: Readonly<Record<string, unknown>>): KnownRequest {
  const request = { id: String(row.id), key: String(row.key), digest: String(row.digest) };
  return typeof row.receipt === 'string'
    ? { ...request, receipt: Receipt.parse(JSON.parse(row.receipt)) }
    : request;
}
