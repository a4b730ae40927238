import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from './command.ts';
import { type Device, startDevice } from './device.ts';

let folder: string;
let device: Device | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-backup-'));
  await writeFile(join(folder, 'passphrase'), 'correct horse battery staple\n');
});
afterAll(async () => {
  await device?.stop();
  await rm(folder, { recursive: true, force: true });
});

const profile = () => ({ device: 'e2e', cameras: { door: { kind: 'test' } }, http: { tls: 'off' } });
const start = (STATE_DIRECTORY: string) => startDevice(profile, { env: { STATE_DIRECTORY } });
const keyOf = async ({ url }: Device) =>
  ((await (await fetch(new URL('api/identity', url))).json()) as { device: { publicKey: string } }).device
    .publicKey;

test('a device is backed up while it runs, and is itself again on another computer', async () => {
  const [state, other, file] = [join(folder, 'state'), join(folder, 'other'), join(folder, 'e2e.age')];
  const passphrase = ['--passphrase-file', join(folder, 'passphrase')];
  device = await start(state);
  const key = await keyOf(device);
  const path = join(device.folder, 'profile.yaml');
  const env = { STATE_DIRECTORY: state };
  expect(await runCommand(['backup', path, '--to', file], env)).toMatchObject({
    code: 2,
    printed: expect.stringContaining('(backup/no-passphrase)'),
  });
  expect(await runCommand(['backup', path, '--to', file, ...passphrase], env)).toMatchObject({ code: 0 });
  const again = await runCommand(['backup', path, '--to', file, ...passphrase], env);
  expect(again.printed).toContain('(cli/file-exists)');
  const occupied = await runCommand(['restore', path, file, ...passphrase], env);
  expect(occupied.printed).toContain('(restore/occupied)');
  const busy = await runCommand(['restore', path, file, '--replace', ...passphrase], env);
  expect(busy.printed).toContain('(trust/in-use)');
  const restored = await runCommand(['restore', path, file, ...passphrase], { STATE_DIRECTORY: other });
  expect(restored).toMatchObject({ code: 0, printed: expect.stringContaining('vedette people') });
  await device.stop();
  device = await start(other);
  expect(await keyOf(device)).toBe(key);
});
