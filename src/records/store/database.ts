import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { schema, schemaVersion } from './schema.ts';

/** SQLite's primary result codes that matter here (https://sqlite.org/rescode.html). */
const resultCodes = { readonly: 8, ioerr: 10, corrupt: 11, full: 13, cantopen: 14, notadb: 26 } as const;

/** What a failure of SQLite means for whoever holds the file. */
export type DatabaseFault = 'damaged' | 'unusable' | 'full' | 'other';

/** @returns what `error` means; `other` for all that is no failure of the file. */
export function faultOf(error: unknown): DatabaseFault {
  const errcode = (error as { errcode?: unknown } | undefined)?.errcode;
  if (typeof errcode !== 'number') return 'other';
  switch (errcode & 0xff) {
    case resultCodes.corrupt:
    case resultCodes.notadb:
      return 'damaged';
    case resultCodes.readonly:
    case resultCodes.ioerr:
    case resultCodes.cantopen:
      return 'unusable';
    case resultCodes.full:
      return 'full';
    default:
      return 'other';
  }
}

/**
 * Opens `records.sqlite`, and makes its tables where they are not there.
 *
 * Every commit is on the disk when it returns: in WAL mode with `synchronous=FULL` SQLite syncs the log at each
 * (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @throws what node:sqlite throws; see {@link faultOf}.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // Before the first table: pages of deleted rows can be given back to the disk.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > schemaVersion)
      throw Object.assign(new Error('of a newer Vedette'), { errcode: resultCodes.notadb });
    if (version < schemaVersion)
      database.exec(`BEGIN; ${schema}; PRAGMA user_version = ${schemaVersion}; COMMIT`);
    // Reads each table's root: a file that is damaged at its beginning is found here, not at the first alarm.
    for (const table of ['events', 'sensors', 'raw', 'minutes', 'quarters', 'deliveries', 'kept'])
      database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens it for reading only, while a device may be writing. @throws what node:sqlite throws. */
export function openForReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
}

/**
 * Puts a damaged file and what belongs to it out of the way, so that a new one can be begun.
 * @returns the new name.
 */
export function moveAside(path: string, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().replace(/[:.]/g, '-');
  const aside = `${path}.damaged-${stamp}`;
  renameSync(path, aside);
  // The log belongs to the damaged file, and would be replayed into the new one.
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
  rmSync(`${path}-shm`, { force: true });
  return aside;
}
