import { DatabaseSync } from 'node:sqlite';
import { damaged } from '../../sqlite-file.ts';
import { schema, schemaVersion } from './schema.ts';

/**
 * Opens `records.sqlite`, and makes its tables where they are not there.
 *
 * Every commit is on the disk when it returns: in WAL mode with `synchronous=FULL` SQLite syncs the log at each
 * (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @throws what node:sqlite throws; see `faultOf`.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // Before the first table: pages of deleted rows can be given back to the disk.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > schemaVersion) throw damaged('of a newer Vedette');
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
