import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Credentials } from '../../src/access/credentials.ts';
import { DeviceIdentity } from '../../src/access/device-identity.ts';
import { Trust } from '../../src/access/trust/trust.ts';
import { removeState, statePartsOf } from '../../src/cli/reset-state.ts';
import { systemClock } from '../../src/clock.ts';
import { vedette } from './command-line.ts';

const typed = vi.hoisted(() => ({ name: '' }));
vi.mock('@inquirer/prompts', () => ({ input: async () => typed.name }));

const log = pino({ level: 'silent' });
let folder: string;
let state: string;
let profile: string;
let trust: Trust;

const identityOf = () =>
  new DeviceIdentity({
    folder: join(state, 'identity'),
    witnesses: [join(state, 'trust.sqlite'), join(state, 'identity', 'trust-begun')],
  });

/** A device that runs, and has run before. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-reset-'));
  state = join(folder, 'state');
  profile = join(folder, 'porch.yaml');
  await writeFile(profile, 'device: porch\ncameras: { door: { kind: test } }\n');
  vi.stubEnv('STATE_DIRECTORY', state);
  const identity = identityOf();
  await identity.start();
  const credentials = new Credentials({
    ...{ folder: join(state, 'identity'), paired: () => false, clock: systemClock, log },
  });
  await credentials.start();
  await credentials.open('key');
  await credentials.stop();
  trust = new Trust({ folder: state, identity, clock: systemClock, log });
  await trust.start();
  await trust.commit({ audit: [{ type: 'person', title: 'Ada came in' }] });
  await mkdir(join(state, 'clips'));
  for (const aside of ['replaced-2026-05-04T12-00-00-000Z', 'restore.partial'])
    await mkdir(join(state, aside, 'old', 'identity'), { recursive: true });
  for (const file of [
    'clips/a.mp4',
    'records.sqlite',
    'records.sqlite-wal',
    'privacy.json',
    '.privacy.json.x.tmp',
  ])
    await writeFile(join(state, file), 'x');
});
afterEach(async () => {
  await trust.stop();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test('a reset removes everything that the device keeps, says what, and leaves the profile and what is not its own', async () => {
  await trust.stop();
  await writeFile(join(state, 'notes.txt'), 'mine');
  const { code, stdout } = await vedette('reset', profile, '--yes');
  expect(code).toBe(0);
  expect(await readdir(state)).toEqual(['notes.txt']);
  expect(existsSync(profile)).toBe(true);
  for (const said of [
    "the device's key",
    'trust.sqlite',
    'browsers.json',
    'clips',
    'replaced-2026-05-04T12-00-00-000Z',
    'not of Vedette: notes.txt',
  ])
    expect(stdout).toContain(said);
  const again = await vedette('reset', profile, '--yes');
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('reset/nothing')]);
});

test('a running device is not reset, told by its trust store or by its socket', async () => {
  const before = await readdir(state, { recursive: true });
  const { code, stderr } = await vedette('reset', profile, '--yes');
  expect([code, stderr]).toEqual([1, expect.stringContaining('the device is running')]);
  expect(await readdir(state, { recursive: true })).toEqual(before);
  await trust.stop();
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(state, 'control.sock'), resolve));
  expect((await vedette('reset', profile, '--yes')).stderr).toContain('trust/in-use');
  await new Promise((resolve) => socket.close(resolve));
  expect(existsSync(join(state, 'identity', 'device.key'))).toBe(true);
});

test('it is asked for by the name of the device', async () => {
  await trust.stop();
  typed.name = 'yes';
  const refused = await vedette('reset', profile);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('nothing was removed')]);
  expect(existsSync(join(state, 'identity', 'device.key'))).toBe(true);
  typed.name = 'porch';
  expect((await vedette('reset', profile)).code).toBe(0);
  expect(await readdir(state)).toEqual([]);
});

test('killed after any step it lets no device start on what is left, and is finished by another', async () => {
  await trust.stop();
  const parts = await statePartsOf({ folder: state, files: state });
  // The last witness goes with the last part.
  for (const part of parts.slice(0, -1)) {
    await removeState([part]);
    await expect(identityOf().start()).rejects.toMatchObject({ code: 'identity/missing' });
  }
  expect((await vedette('reset', profile, '--yes')).code).toBe(0);
  expect(await readdir(state)).toEqual([]);
  await expect(identityOf().start()).resolves.toBeUndefined();
});

test('records that lie elsewhere go too', async () => {
  await trust.stop();
  const disk = join(folder, 'disk');
  await mkdir(join(disk, 'snapshots'), { recursive: true });
  await writeFile(join(disk, 'film.mp4'), 'mine');
  await writeFile(
    profile,
    `device: porch\ncameras: { door: { kind: test } }\nrecords: { folder: ${JSON.stringify(disk)} }\n`,
  );
  expect((await vedette('reset', profile, '--yes')).code).toBe(0);
  expect(await readdir(disk)).toEqual(['film.mp4']);
});
