import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeviceIdentity } from '../../src/access/device-identity.ts';
import { keyIdOf, verify } from '../../src/identity/keys.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-identity-'));
  path = join(folder, 'identity', 'device.key');
});
afterEach(() => rm(folder, { recursive: true }));

async function start(credentials?: string): Promise<DeviceIdentity> {
  const witnesses = [join(folder, 'trust.sqlite')];
  const identity = new DeviceIdentity({ folder: join(folder, 'identity'), credentials, witnesses });
  await identity.start();
  return identity;
}

test('the key is made once, for its user alone, and signs', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect(one.publicKey).toBe(two.publicKey);
  expect((await start()).publicKey).toBe(one.publicKey);
  expect(one.id).toBe(await keyIdOf(one.publicKey));
  expect(await verify(one.publicKey, 'text', await one.sign('text'))).toBe(true);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'identity'))).toEqual(['device.key']);
});

test.each(['', 'no key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
  'a damaged key (%j) ends the start, and stays as it is',
  async (text) => {
    await mkdir(join(folder, 'identity'));
    await writeFile(path, text);
    await expect(start()).rejects.toMatchObject({ code: 'identity/damaged' });
    expect(await readFile(path, 'utf8')).toBe(text);
  },
);

test('a key cut short anywhere is damaged, never another', async () => {
  await start();
  const text = await readFile(path, 'utf8');
  for (let length = 0; length < text.length - 1; length += 7) {
    await writeFile(path, text.slice(0, length));
    await expect(start()).rejects.toMatchObject({ code: 'identity/damaged' });
  }
});

test('a key that cannot be read ends the start', async () => {
  await mkdir(path, { recursive: true });
  await expect(start()).rejects.toMatchObject({ code: 'identity/unreadable' });
});

test('where people know the device and its key is gone, no new one is made', async () => {
  await writeFile(join(folder, 'trust.sqlite'), '');
  await expect(start()).rejects.toMatchObject({ code: 'identity/missing' });
  await expect(stat(path)).rejects.toThrow();
});

test("the credential store's key wins", async () => {
  const own = await start();
  const store = join(folder, 'credentials');
  await mkdir(store);
  expect((await start(store)).publicKey).toBe(own.publicKey);
  const other = await mkdtemp(join(tmpdir(), 'vedette-identity-'));
  const made = new DeviceIdentity({ folder: other, witnesses: [join(other, 'no')] });
  await made.start();
  await writeFile(join(store, 'vedette-device-key'), await readFile(join(other, 'device.key')));
  await rm(other, { recursive: true });
  expect((await start(store)).publicKey).toBe(made.publicKey);
});
