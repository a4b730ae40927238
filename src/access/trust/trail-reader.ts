import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { VedetteError } from '../../errors.ts';
import type { AuditEntry } from '../../protocol/access.ts';
import { faultOf } from '../../sqlite-file.ts';
import { AuditTable, type EntriesQuery } from './audit-table.ts';
import { openTrustForReading } from './database.ts';

/** Entries that are read at a time, so that nothing grows with the trail. */
const pageEntries = 500;

/** The trail read by another process than the one that writes it, while it may be writing. */
export class TrailReader {
  readonly #database: DatabaseSync;
  readonly #audit: AuditTable;

  /** @throws VedetteError `trust/none`, `trust/damaged`, `trust/unwritable` */
  constructor(path: string) {
    if (!existsSync(path)) throw new VedetteError('trust/none', { folder: dirname(path) });
    try {
      this.#database = openTrustForReading(path);
    } catch (error) {
      throw readingFailed(error);
    }
    // It reads only what is there, and needs no beginning.
    this.#audit = new AuditTable(this.#database, new Uint8Array());
  }

  /** The newest `limit` that are asked for, the newest last. @throws VedetteError `trust/damaged` */
  *newest({ limit, ...which }: EntriesQuery): Generator<AuditEntry> {
    try {
      let from = this.#audit.startOfNewest({ limit, ...which });
      for (let left = limit; left > 0 && from !== undefined; ) {
        const page: readonly AuditEntry[] = this.#audit.listFrom(from, {
          ...which,
          limit: Math.min(left, pageEntries),
        });
        yield* page;
        left -= page.length;
        const last = page.at(-1);
        from = last && last.seq + 1;
      }
    } catch (error) {
      throw readingFailed(error);
    }
  }

  close(): void {
    this.#database.close();
  }
}

function readingFailed(error: unknown): VedetteError {
  const detail = error instanceof Error ? error.message : String(error);
  const code = faultOf(error) === 'damaged' ? 'trust/damaged' : 'trust/unwritable';
  return new VedetteError(code, { detail }, { cause: error });
}
