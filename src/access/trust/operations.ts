import type { DatabaseSync } from 'node:sqlite';
import type { AuditDraft, AuditEntry } from '../../protocol/access.ts';
import type { Receipt } from '../../protocol/request.ts';
import { damaged } from '../../sqlite-file.ts';
import { AuditTable, type EntriesQuery, type Tail } from './audit-table.ts';
import { entriesPerHead, entryHash, mostUnsigned, type SignedHead, sameHash } from './chain.ts';
import { type ClaimedRequest, type KnownRequest, RequestTable } from './request-table.ts';
import type { TrustRow } from './row.ts';

/** What belongs together: all of it is on the disk, or nothing. */
export interface TrustChange {
  readonly put?: readonly TrustRow[];
  readonly audit: readonly AuditDraft[];
}

/** A change that answers a request, which is kept with it. */
export type AnsweringChange = TrustChange & { readonly request?: KnownRequest };

/** What a change came to. */
export interface Written {
  readonly entries: readonly AuditEntry[];
  readonly tail: Tail;
}

/** What a device begins with. */
export interface Loaded {
  /** As they lie there; not yet looked at. */
  readonly rows: readonly unknown[];
  readonly tail: Tail;
  readonly head?: SignedHead;
  readonly unsettled: readonly KnownRequest[];
}

export type Claim = { readonly result: 'new'; readonly written: Written } | KnownClaim;
/** What is known of a request that may have been asked before. */
export type Asked = { readonly result: 'new' } | KnownClaim;
type KnownClaim =
  | { readonly result: 'known'; readonly receipt?: Receipt }
  /** The id is taken by another request. */
  | { readonly result: 'other' };

/** All that can be asked of `trust.sqlite`. Each that writes is one transaction, on the disk when it returns. */
export class Operations {
  readonly #database: DatabaseSync;
  readonly #audit: AuditTable;
  readonly #requests: RequestTable;

  constructor(database: DatabaseSync, genesis: Uint8Array) {
    this.#database = database;
    this.#audit = new AuditTable(database, genesis);
    this.#requests = new RequestTable(database);
  }

  /** Everything but the trail, of which it follows the part that no signature vouches for yet. */
  load(): Loaded {
    const rows = this.#database
      .prepare('SELECT kind, id, body FROM rows')
      .all()
      .map(({ kind, id, body }) => ({ kind, id, body: JSON.parse(String(body)) }));
    const head = this.#audit.newestHead();
    this.#followTail(head);
    return {
      rows,
      tail: this.#audit.tail(),
      ...(head ? { head } : {}),
      unsettled: this.#requests.unsettled(),
    };
  }

  commit({ put = [], audit, request }: AnsweringChange, now: number): Written {
    return this.#atOnce(() => {
      if (request) {
        this.#requests.forget(now);
        this.#requests.add(request, now);
      }
      return this.#write(put, audit, now);
    });
  }

  asked(request: ClaimedRequest): Asked {
    const known = this.#requests.get(request.id);
    return known ? knownClaim(known, request) : { result: 'new' };
  }

  claim(request: ClaimedRequest, { put = [], audit }: TrustChange, now: number): Claim {
    return this.#atOnce((): Claim => {
      this.#requests.forget(now);
      const known = this.#requests.get(request.id);
      if (known) return knownClaim(known, request);
      this.#requests.add(request, now);
      return { result: 'new', written: this.#write(put, audit, now) };
    });
  }

  settle(id: string, receipt: Receipt, { put = [], audit }: TrustChange, now: number): Written {
    return this.#atOnce(() => {
      this.#requests.settle(id, receipt);
      return this.#write(put, audit, now);
    });
  }

  addHead(head: SignedHead): void {
    this.#audit.addHead(head);
  }

  entries(query: EntriesQuery): readonly AuditEntry[] {
    return this.#audit.list(query);
  }

  close(): void {
    this.#database.close();
  }

  #write(put: readonly TrustRow[], audit: readonly AuditDraft[], now: number): Written {
    const row = this.#database.prepare(
      'INSERT INTO rows (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body',
    );
    for (const { kind, id, body } of put) row.run(kind, id, JSON.stringify(body));
    const entries = this.#audit.append(audit, now);
    return { entries, tail: this.#audit.tail() };
  }

  #atOnce<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself where the disk is full.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** A device adds nothing to an end that does not fit. Looks at what no head vouches for, and at some before. */
  #followTail(head: SignedHead | undefined): void {
    let seq = Math.max(0, (head?.seq ?? 0) - entriesPerHead);
    let hash = this.#audit.hashAt(seq);
    const last = (head?.seq ?? 0) + mostUnsigned;
    for (const row of this.#audit.linksAfter(seq, last + 1 - seq)) {
      seq += 1;
      if (seq > last) throw damaged('the audit trail ends in entries that nobody signed');
      hash = hash && entryHash(hash, row.entry);
      if (row.seq !== seq || !hash || !sameHash(row.hash, hash))
        throw damaged(`entry ${seq} of the audit trail does not follow from the one before`);
      if (seq === head?.seq && !sameHash(hash, head.hash))
        throw damaged(`entry ${seq} of the audit trail is not what was signed`);
    }
    if (head && seq < head.seq) throw damaged(`entry ${seq + 1} of the audit trail is gone`);
  }
}

function knownClaim({ receipt, ...known }: KnownRequest, request: ClaimedRequest): KnownClaim {
  if (known.key !== request.key || known.digest !== request.digest) return { result: 'other' };
  return receipt ? { result: 'known', receipt } : { result: 'known' };
}
