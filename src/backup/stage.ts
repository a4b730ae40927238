import { chmod, chown, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile, syncFolder } from '../access/atomic-file.ts';
import { DeviceIdentity } from '../access/device-identity.ts';
import { setBegun } from '../access/trust/begun.ts';
import { headStatement } from '../access/trust/chain.ts';
import { openTrust } from '../access/trust/database.ts';
import { Operations } from '../access/trust/operations.ts';
import type { TrustRow } from '../access/trust/row.ts';
import { salvage } from '../access/trust/salvage.ts';
import { genesisOf } from '../access/trust/trail-keys.ts';
import { VedetteError } from '../errors.ts';
import { trustName } from './contents.ts';
import { newFolder, partialFolder } from './put-in-place.ts';
import type { Opened } from './read-backup.ts';

/**
 * Lays out what a backup holds, checked, with the entry that says so at the end of its trail; nothing is in place yet.
 * @param folder the device's state folder; made where it is not there
 * @param now wall time in ms
 * @throws VedetteError `backup/foreign`, what reading an identity throws
 */
export async function stage(
  folder: string,
  file: string,
  { manifest, files }: Opened,
  now: number,
): Promise<void> {
  const partial = partialFolder(folder);
  await rm(partial, { recursive: true, force: true });
  const place = newFolder(partial);
  for (const [name, bytes] of files) await replaceFile(join(place, name), bytes);
  const foreign = (detail: string) => new VedetteError('backup/foreign', { file, detail });
  const identity = await identityIn(place);
  if (identity.publicKey !== manifest.publicKey) throw foreign('its key is not the one that it names');
  const { sound, trail, rows } = await salvage(join(place, trustName), identity);
  if (trail.bad) throw foreign(`its trail does not hold: ${trail.bad.what}`);
  if (!sound) throw foreign('its people cannot be read');
  await note(join(place, trustName), identity, rows, manifest.time, now);
  await setBegun(place);
  for (const path of [join(place, 'identity'), place, partial]) await syncFolder(path);
  await giveToOwner(folder, partial);
}

/** Whoever restores as root leaves it to the service's user. */
async function giveToOwner(folder: string, partial: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  const within = await readdir(partial, { recursive: true });
  for (const name of ['', ...within]) await chown(join(partial, name), uid, gid);
}

/** The key of a staged identity; no new one is made. */
async function identityIn(place: string): Promise<DeviceIdentity> {
  const identity = new DeviceIdentity({ folder: join(place, 'identity'), witnesses: [place] });
  await identity.start();
  return identity;
}

/**
 * Writes down, signed, that this is not where the trail stood last. Who was asked in may have come since: their links end,
 * because a link is good once. The recovery code is on paper and holds on.
 */
async function note(
  path: string,
  identity: DeviceIdentity,
  rows: readonly TrustRow[],
  backupTime: number,
  now: number,
): Promise<void> {
  const database = openTrust(path, false);
  try {
    const operations = new Operations(database, genesisOf(identity));
    const { head } = operations.load();
    const ended = rows.flatMap((row): TrustRow[] =>
      row.kind === 'invitation' && isOpen(row.body)
        ? [{ ...row, body: { ...row.body, revokedAt: now } }]
        : [],
    );
    const title = `Restored from a backup of ${new Date(backupTime).toISOString().slice(0, 19)}Z`;
    const detail = { backup: backupTime, ...(ended.length > 0 ? { invitationsEnded: ended.length } : {}) };
    const { tail } = operations.commit({ put: ended, audit: [{ type: 'device', title, detail }] }, now);
    const next = { number: (head?.number ?? 0) + 1, ...tail };
    const signature = await identity.sign(headStatement(identity.publicKey, next));
    operations.addHead({ ...next, signature });
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  await chmod(path, 0o600);
  await syncFolder(dirname(path));
}

type InvitationBody = Extract<TrustRow, { kind: 'invitation' }>['body'];

const isOpen = ({ usedAt, revokedAt, recovery }: InvitationBody): boolean =>
  usedAt === undefined && revokedAt === undefined && !recovery;
