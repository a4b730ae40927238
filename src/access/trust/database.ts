import { closeSync, existsSync, fchownSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { damaged, faultOf } from '../../sqlite-file.ts';
import { schema, schemaVersion } from './schema.ts';

/** Beside the device's other state. */
export const trustFileName = 'trust.sqlite';

/**
 * Opens `trust.sqlite` for writing. Every commit is on the disk when it returns: in WAL mode with `synchronous=FULL`
 * SQLite syncs the log at each (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @param mayCreate whether a file that is not there, or empty, is begun; else it is taken for damaged.
 * @throws what node:sqlite throws; see `faultOf`.
 */
export function openTrust(path: string, mayCreate: boolean): DatabaseSync {
  if (!mayCreate && !existsSync(path)) throw damaged('the file is not there');
  if (mayCreate) begin(path);
  const database = new DatabaseSync(path, { timeout: 5_000 });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    // Without it REPLACE deletes and no trigger hears of it.
    database.exec('PRAGMA recursive_triggers = ON');
    const version = versionOf(database);
    if (version > schemaVersion) throw damaged('the file is of a newer Vedette');
    if (version < schemaVersion && !mayCreate) throw damaged('the file is empty');
    if (version < schemaVersion)
      database.exec(`BEGIN; ${schema}; PRAGMA user_version = ${schemaVersion}; COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Readable by its user alone, as its log is then, too: it says who is who. */
function begin(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = openSync(path, 'a', 0o600);
  try {
    // Whoever recovers it as root leaves it to the service's user.
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(folder);
      fchownSync(file, uid, gid);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Opens it for reading only, while a device may be writing, or the disk lets nobody write.
 * @throws what node:sqlite throws; see `faultOf`.
 */
export function openTrustForReading(path: string): DatabaseSync {
  if (!existsSync(path)) throw damaged('the file is not there');
  try {
    return readable(new DatabaseSync(path, { readOnly: true, timeout: 5_000 }));
  } catch (error) {
    // A file in WAL mode wants to have its shared memory made. Without it the log would not be read, and what it says
    // (that somebody was revoked) not be known: only where there is no log.
    const log = `${path}-wal`;
    if (faultOf(error) !== 'unusable' || (existsSync(log) && statSync(log).size > 0)) throw error;
    const unchanging = pathToFileURL(path);
    unchanging.searchParams.set('immutable', '1');
    return readable(new DatabaseSync(unchanging, { readOnly: true }));
  }
}

function readable(database: DatabaseSync): DatabaseSync {
  try {
    if (versionOf(database) !== schemaVersion) throw damaged('the file is empty, or of a newer Vedette');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}
