import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { AuditDraft } from '../../protocol/access.ts';
import { asideName, moveLogAside } from '../../sqlite-file.ts';
import { AuditTable } from './audit-table.ts';
import { hasBegun, setBegun } from './begun.ts';
import { headStatement } from './chain.ts';
import { openTrust, openTrustForReading, trustFileName } from './database.ts';
import type { TrustIdentity } from './head-signer.ts';
import type { SalvageWithCopy } from './salvage.ts';
import { genesisOf } from './trail-keys.ts';

export interface RecoverOptions {
  /** The device's state folder. */
  readonly folder: string;
  readonly identity: TrustIdentity;
  readonly found: SalvageWithCopy;
  /** Wall time in ms. */
  readonly now: number;
}

/**
 * Puts what holds into a new `trust.sqlite`, in whose trail the next entry says what happened, signed; the damaged file
 * lies beside it then. A power cut leaves the old one or the new one.
 * @returns where the damaged file lies; undefined where there was none.
 */
export async function recoverTrust(options: RecoverOptions): Promise<string | undefined> {
  const { folder, now } = options;
  const path = join(folder, trustFileName);
  const begun = `${path}.new`;
  for (const left of [begun, `${begun}-wal`, `${begun}-shm`]) rmSync(left, { force: true });
  const aside = existsSync(path) ? asideName(path, now) : undefined;
  const database = openTrust(begun, true);
  try {
    database.exec('BEGIN');
    copy(path, database, options);
    const head = begin(database, options, aside);
    const signature = await options.identity.sign(headStatement(options.identity.publicKey, head));
    new AuditTable(database, genesisOf(options.identity)).addHead({ ...head, signature });
    database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  if (aside) {
    linkSync(path, aside);
    moveLogAside(path, aside);
  }
  renameSync(begun, path);
  await synced(folder);
  if (!(await hasBegun(folder))) await setBegun(folder);
  return aside;
}

/** Rows, entries with their hashes, heads, and requests that must not move anything again. */
function copy(path: string, to: DatabaseSync, { identity, found }: RecoverOptions): void {
  const row = to.prepare('INSERT INTO rows (kind, id, body) VALUES (?, ?, ?)');
  for (const { kind, id, body } of found.rows) row.run(kind, id, JSON.stringify(body));
  const { entries, heads } = found.trail;
  let from: DatabaseSync;
  try {
    from = openTrustForReading(path);
  } catch {
    return;
  }
  try {
    const old = new AuditTable(from, genesisOf(identity));
    const audit = new AuditTable(to, old.genesis);
    const insert = to.prepare('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)');
    // Where nothing of a table holds, it may be past asking.
    if (entries > 0)
      for (const { seq, entry, hash } of old.linksAfter(0, entries)) insert.run(seq, entry, hash);
    if (heads > 0) for (const head of old.heads(heads)) audit.addHead(head);
    copyRequests(from, to);
  } finally {
    from.close();
  }
}

function copyRequests(from: DatabaseSync, to: DatabaseSync): void {
  const insert = to.prepare(
    'INSERT INTO requests (id, key, digest, taken_at, receipt) VALUES (?, ?, ?, ?, ?)',
  );
  try {
    for (const { id, key, digest, taken_at, receipt } of from.prepare('SELECT * FROM requests').iterate())
      insert.run(String(id), String(key), String(digest), Number(taken_at), receipt as string | null);
  } catch {
    // What cannot be read cannot be remembered; a one-time challenge still stands before each.
  }
}

/** The first entry after what holds. */
function begin(database: DatabaseSync, { identity, found, now }: RecoverOptions, aside: string | undefined) {
  const audit = new AuditTable(database, genesisOf(identity));
  const { trail, newestHead, rowsLost, fromCopy, takenBack } = found;
  const title =
    trail.bad === undefined
      ? 'The trust store was damaged; its trail holds and goes on'
      : trail.entries === 0
        ? 'The audit trail was lost; a new one begins'
        : `The audit trail was damaged after entry ${trail.entries}; what came after is lost`;
  const draft: AuditDraft = {
    type: 'device',
    title,
    detail: {
      kept: trail.entries,
      ...(trail.bad ? { damage: trail.bad.what } : {}),
      ...(rowsLost > 0 ? { rowsLost } : {}),
      ...(fromCopy > 0 ? { fromCopy } : {}),
      ...(takenBack > 0 ? { takenBack } : {}),
      ...(newestHead ? { signedLast: newestHead.seq, hashSignedLast: newestHead.hash } : {}),
      ...(aside ? { movedTo: basename(aside) } : {}),
    },
  };
  audit.append([draft], now);
  return { number: trail.heads + 1, ...audit.tail() };
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
