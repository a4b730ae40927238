import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Decrypter, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { salvage } from '../../src/access/trust/salvage.ts';
import { isUnfinished, mustBeFinished, putInPlace, setReady } from '../../src/backup/put-in-place.ts';
import { readBackup } from '../../src/backup/read-backup.ts';
import { stage } from '../../src/backup/stage.ts';
import { writeBackup } from '../../src/backup/write-backup.ts';
import { local } from '../access/house.ts';
import { newPlace, pair, type Running, run } from './kept-device.ts';

const passphrase = 'correct horse battery staple';
const time = Date.UTC(2026, 4, 5, 12);

let place: Awaited<ReturnType<typeof newPlace>>;
let running: Running | undefined;
beforeEach(async () => {
  place = await newPlace();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await place.remove();
});

/** Of the device that runs; tries at its passphrase cost next to nothing. */
const backup = async (to = place.file) => {
  if (!running) throw new Error('no device');
  const manifest = { time, device: 'porch', version: '0.1.0' };
  await writeBackup({
    ...{ folder: place.state, identity: running.identity, manifest, passphrase, to, scryptLogN: 4 },
  });
};

async function restore(folder: string, steps = Number.POSITIVE_INFINITY): Promise<void> {
  await stage(folder, place.file, await readBackup(place.file, passphrase), time + 1_000);
  await setReady(folder);
  await finish(folder, steps);
}

/** Goes on with a restore, and ends after so many steps as if killed. */
async function finish(folder: string, steps = Number.POSITIVE_INFINITY): Promise<void> {
  const all = putInPlace(folder, time);
  for (let left = steps; left > 0 && !(await all.next()).done; ) left -= 1;
}

test('what was restored elsewhere is the same device, and a paired key gets in', async () => {
  running = await run(place.state);
  const phone = await pair(running, 'Ada');
  await backup();
  const { publicKey } = running.identity;
  await running.stop();
  const other = join(place.folder, 'other');
  await restore(other);
  for (let start = 0; start < 2; start += 1) {
    running = await run(other);
    expect(running.trust.trouble).toBeUndefined();
    expect(running.identity.publicKey).toBe(publicKey);
    const peer = running.access.peerOf(phone.id, 'local');
    expect(running.access.authorize(peer, 'admin')).toMatchObject({ allowed: true });
    await running.stop();
  }
  running = await run(other);
  const entries = await running.trust.entries({ limit: 10 });
  const restored = entries.find(({ title }) => title.startsWith('Restored from a backup'));
  expect(restored).toMatchObject({ type: 'device', detail: { backup: time } });
  expect(await readdir(other)).not.toContain('restore.ready');
});

test('who was sent away since is let in again; a link that may have been opened since is over', async () => {
  running = await run(place.state);
  const phone = await pair(running, 'Ada');
  const asked = await running.access.invite(local, {
    ...{ name: 'Bob', scopes: ['view'], limits: {}, expiresAt: time + 3_600_000 },
  });
  await backup();
  const [ada] = running.access.people().people;
  await running.access.revoke(local, 'person', ada?.id ?? '');
  await running.stop();
  await restore(place.state);
  running = await run(place.state);
  expect(running.access.peerOf(phone.id, 'local').kind).toBe('person');
  expect(running.access.people().invitations).toEqual([]);
  expect(running.access.joined(asked.invitation.id)).toEqual({ state: 'over' });
});

test('a backup is for its user alone, is opened without us, and leaves nothing else behind', async () => {
  running = await run(place.state);
  await pair(running, 'Ada');
  await writeFile(place.file, 'an older one', { mode: 0o644 });
  await backup();
  expect((await stat(place.file)).mode & 0o777).toBe(0o600);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  await writeFile(join(place.folder, 'it.tar'), await decrypter.decrypt(await readFile(place.file)));
  const listed = execFileSync('tar', ['--list', '--file', join(place.folder, 'it.tar')], {
    encoding: 'utf8',
  });
  expect(listed.trim().split('\n')).toEqual(['vedette-backup.json', 'identity/device.key', 'trust.sqlite']);
  expect((await readdir(place.state)).filter((name) => name.startsWith('.'))).toEqual([]);
  expect((await readdir(place.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a backup that cannot be written leaves the old one, and no part of itself', async () => {
  running = await run(place.state);
  await mkdir(place.file);
  await expect(backup()).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|directory/);
  expect((await readdir(place.folder)).sort()).toEqual(['passphrase', 'porch.age', 'porch.yaml', 'state']);
});

test('a trail that does not hold is not backed up', async () => {
  running = await run(place.state);
  await pair(running, 'Ada');
  await running.stop();
  const bytes = await readFile(join(place.state, 'trust.sqlite'));
  await writeFile(join(place.state, 'trust.sqlite'), bytes.fill(0, 4096));
  await expect(backup()).rejects.toMatchObject({ code: 'trust/damaged' });
  expect(place.has('porch.age')).toBe(false);
});

describe('a file that is none', () => {
  beforeEach(async () => {
    running = await run(place.state);
    await pair(running, 'Ada');
    await backup();
  });

  test('another passphrase does not open it', async () => {
    await expect(readBackup(place.file, 'correct horse battery stable')).rejects.toMatchObject({
      code: 'backup/wrong-passphrase',
    });
  });

  test('one that is not there, or nothing that age wrote', async () => {
    await expect(readBackup(join(place.folder, 'no'), passphrase)).rejects.toMatchObject({
      code: 'backup/unreadable',
    });
    await expect(readBackup(place.profile, passphrase)).rejects.toMatchObject({ code: 'backup/foreign' });
  });

  test('cut anywhere, or changed anywhere, it is never restored', async () => {
    const bytes = await readFile(place.file);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, flip, cut) => {
          const bad = Buffer.from(cut ? bytes.subarray(0, at) : bytes);
          if (!cut) bad[at] = (bad[at] ?? 0) ^ flip;
          await writeFile(place.file, bad);
          const code = await readBackup(place.file, passphrase).catch((error) => error.code);
          expect(['backup/damaged', 'backup/foreign', 'backup/wrong-passphrase']).toContain(code);
        },
      ),
      // The beginning is denser: one try in four is of its first bytes.
      {
        numRuns: 60,
        examples: [...Array(190).keys()].map((at) => [at, 1, false] as [number, number, boolean]),
      },
    );
  });

  /** As a backup with `change` made to what it holds. */
  async function forged(change: (entries: Parameters<typeof packTar>[0][number][]) => void): Promise<void> {
    const { manifest, files } = await readBackup(place.file, passphrase);
    const entries = [['vedette-backup.json', Buffer.from(JSON.stringify(manifest))] as const, ...files].map(
      ([name, body]) => ({ header: { name, size: body.length }, body: new Uint8Array(body) }),
    );
    change(entries as never);
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase);
    encrypter.setScryptWorkFactor(4);
    await writeFile(place.file, await encrypter.encrypt(await packTar(entries)));
  }

  const added = (name: string, more = {}) => ({
    header: { name, size: 1, ...more },
    body: new Uint8Array(1),
  });
  test.each([
    ['a path that leads out', added('../trust.sqlite')],
    ['a path from the root', added('/etc/passwd')],
    ['a file of another name', added('identity/other')],
    ['a file twice', added('identity/device.key')],
    ['a link', { header: { name: 'identity/secret', size: 0, type: 'symlink', linkname: '/etc/passwd' } }],
    ['a folder', { header: { name: 'identity/secret', size: 0, type: 'directory' } }],
    [
      'a file that is too large',
      { header: { name: 'identity/secret', size: 2 ** 20 }, body: new Uint8Array(2 ** 20) },
    ],
  ])('%s is refused before anything is written', async (_name, entry) => {
    await forged((entries) => entries.push(entry as never));
    await expect(readBackup(place.file, passphrase)).rejects.toMatchObject({ code: 'backup/foreign' });
  });

  test('without its key, or with another one, it is refused', async () => {
    const whole = await readFile(place.file);
    await forged((entries) => entries.splice(1, 1));
    await expect(readBackup(place.file, passphrase)).rejects.toMatchObject({ code: 'backup/foreign' });
    const stranger = join(place.folder, 'stranger');
    await (await run(stranger)).stop();
    const key = await readFile(join(stranger, 'identity/device.key'));
    await writeFile(place.file, whole);
    await forged((entries) => {
      entries[1] = { header: { name: 'identity/device.key', size: key.length }, body: new Uint8Array(key) };
    });
    const other = join(place.folder, 'other');
    await expect(restore(other)).rejects.toMatchObject({ code: 'backup/foreign' });
    expect(await readdir(other)).toEqual(['restore.partial']);
  });

  test('with a trail that the key in it did not sign, it is refused', async () => {
    const stranger = join(place.folder, 'stranger');
    const made = await run(stranger);
    await pair(made, 'Eve');
    await made.stop();
    const trail = await readFile(join(stranger, 'trust.sqlite'));
    await forged((entries) => {
      entries[2] = { header: { name: 'trust.sqlite', size: trail.length }, body: new Uint8Array(trail) };
    });
    const other = join(place.folder, 'other');
    await expect(restore(other)).rejects.toMatchObject({ code: 'backup/foreign' });
    expect(isUnfinished(other)).toBe(false);
  });
});

test('cut short after any step, a restore keeps the device from starting, and goes on to its end', async () => {
  running = await run(place.state);
  await pair(running, 'Ada');
  await backup();
  await running.stop();
  const { publicKey } = running.identity;
  const before = join(place.folder, 'before');
  const there = await run(before);
  await there.stop();
  const keyIn = (folder: string) => readFile(join(folder, 'identity/device.key'));
  const [key, replaced] = [await keyIn(place.state), await keyIn(before)];
  let cuts = 0;
  for (let steps = 0; ; steps += 1) {
    const folder = join(place.folder, 'there');
    await rm(folder, { recursive: true, force: true });
    await cp(before, folder, { recursive: true });
    await restore(folder, steps);
    const cut = isUnfinished(folder);
    if (cut) {
      cuts += 1;
      expect(() => mustBeFinished(folder)).toThrow('cut short');
      await finish(folder);
    }
    expect(isUnfinished(folder)).toBe(false);
    expect(await keyIn(folder)).toEqual(key);
    expect(await salvage(join(folder, 'trust.sqlite'), { publicKey })).toMatchObject({ sound: true });
    const [aside = ''] = (await readdir(folder)).filter((name) => name.startsWith('replaced-'));
    expect(await keyIn(join(folder, aside, 'old'))).toEqual(replaced);
    if (!cut) break;
  }
  expect(cuts).toBeGreaterThanOrEqual(4);
});
