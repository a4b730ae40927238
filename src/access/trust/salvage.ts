import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VedetteError } from '../../errors.ts';
import { faultOf } from '../../sqlite-file.ts';
import { AuditTable } from './audit-table.ts';
import { base64url, type SignedHead } from './chain.ts';
import { openTrustForReading } from './database.ts';
import { readKnownPeople } from './known-people.ts';
import { TrustRow } from './row.ts';
import { genesisOf, signerOf, type TrailKeys } from './trail-keys.ts';
import { type NotedEntry, type TrailReport, verifyDatabase } from './verify-trail.ts';
import { withKnown } from './with-known.ts';

/** What of a `trust.sqlite` holds. */
export interface Salvage {
  readonly rows: readonly TrustRow[];
  /** Rows that were there and are none. */
  readonly rowsLost: number;
  readonly trail: TrailReport;
  /** What the device signed last, as far as that is still there. */
  readonly newestHead?: NotedEntry;
  /** Nothing is wrong. */
  readonly sound: boolean;
}

/** What of a `trust.sqlite` holds, and of the copy of people beside the device's key. */
export interface SalvageWithCopy extends Salvage {
  /** Of `rows`: people, keys and grants that the copy alone had. */
  readonly fromCopy: number;
  /** Of `rows`: those that the copy has not, and that are taken back. */
  readonly takenBack: number;
}

const nothing: TrailReport = { entries: 0, signed: 0, heads: 0 };

/**
 * As {@link salvage}, with what the copy beside the device's key says of people.
 * @param now wall time in ms
 */
export async function salvageWithCopy(path: string, keys: TrailKeys, now: number): Promise<SalvageWithCopy> {
  const found = await salvage(path, keys);
  if (found.sound) return { ...found, fromCopy: 0, takenBack: 0 };
  const copy = await readKnownPeople(join(dirname(path), 'identity'), keys.publicKey);
  return { ...found, ...withKnown(found.rows, copy, now) };
}

/** Reads what can be read; changes nothing. Never throws for what the file holds. */
export async function salvage(path: string, keys: TrailKeys): Promise<Salvage> {
  let database: DatabaseSync;
  try {
    database = openTrustForReading(path);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return { rows: [], rowsLost: 0, trail: { ...nothing, bad: { seq: 1, what } }, sound: false };
  }
  try {
    const trail = await verifyDatabase(database, keys);
    const { rows, lost, readable } = readRows(database);
    const head = await newestHead(database, keys);
    return {
      rows,
      rowsLost: lost,
      trail,
      ...(head ? { newestHead: { seq: head.seq, hash: base64url(head.hash) } } : {}),
      sound: trail.bad === undefined && lost === 0 && readable,
    };
  } finally {
    database.close();
  }
}

/** @throws VedetteError `trust/in-use` where another process has the file open */
export function mustBeUnused(path: string): void {
  if (!existsSync(path)) return;
  try {
    const database = new DatabaseSync(path);
    try {
      // In WAL mode nobody gets it who is not alone (https://sqlite.org/wal.html#use_of_wal_without_shared_memory).
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK');
    } finally {
      database.close();
    }
  } catch (error) {
    // Whatever else is wrong with it is why it is to be recovered.
    if (faultOf(error) === 'busy') throw new VedetteError('trust/in-use', {}, { cause: error });
  }
}

function readRows(database: DatabaseSync): { rows: TrustRow[]; lost: number; readable: boolean } {
  const rows: TrustRow[] = [];
  let lost = 0;
  try {
    for (const { kind, id, body } of database.prepare('SELECT kind, id, body FROM rows').iterate()) {
      const { success, data } = TrustRow.safeParse({ kind, id, body: parsed(String(body)) });
      if (success) rows.push(data);
      else lost += 1;
    }
    return { rows, lost, readable: true };
  } catch {
    // The rest of the table is gone.
    return { rows, lost, readable: false };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The newest that the device did sign, whatever stands beside it. */
async function newestHead(database: DatabaseSync, keys: TrailKeys): Promise<SignedHead | undefined> {
  try {
    const head = new AuditTable(database, genesisOf(keys)).newestHead();
    return head && (await signerOf(keys, head)) !== undefined ? head : undefined;
  } catch {
    return undefined;
  }
}
