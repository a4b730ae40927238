import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DeviceIdentity } from '../../src/access/device-identity.ts';
import { Trust } from '../../src/access/trust/trust.ts';
import { systemClock } from '../../src/clock.ts';
import { tamper } from '../access/trust/tamper.ts';
import { vedette } from './command-line.ts';

const key = 'o3CUJ8T0w7hMPSGSJWYzyCkpPRxCHWxwZyq1bAe5Wkw';
let folder: string;
let state: string;
let profile: string;
let trust: Trust;
let publicKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-audit-'));
  state = join(folder, 'state');
  profile = join(folder, 'porch.yaml');
  await writeFile(profile, 'device: porch\ncameras: { door: { kind: test } }\n');
  vi.stubEnv('STATE_DIRECTORY', state);
  const identity = new DeviceIdentity({
    folder: join(state, 'identity'),
    witnesses: [join(state, 'trust.sqlite')],
  });
  await identity.start();
  publicKey = identity.publicKey;
  trust = new Trust({ folder: state, identity, clock: systemClock, log: pino({ level: 'silent' }) });
  await trust.start();
  await trust.commit({ audit: [{ type: 'person', title: 'Ada came in', name: 'Ada', key }] });
  await trust.commit({
    audit: [{ type: 'lock', title: 'Mailbox opened for Bob', name: 'Bob', lock: 'mailbox' }],
  });
  await trust.commit({
    audit: [{ type: 'session', title: 'Ada looked', name: 'Ada', detail: { seconds: 5 } }],
  });
});
afterAll(async () => {
  await trust.stop();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test('the trail is listed newest last while the device runs', async () => {
  const { code, stdout } = await vedette('audit', profile);
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^1 {2}\d{4}-\d\d-\d\d [\d:]{8} {2}person {9}Ada came in$/),
    expect.stringMatching(/^ {5}2 .* {2}lock {11}Mailbox opened for Bob$/),
    expect.stringMatching(/^ {5}3 .* {2}session {8}Ada looked {2}seconds=5$/),
  ]);
  expect((await vedette('audit', profile, '--limit', '1')).stdout).toContain('Ada looked');
});

test('it is filtered, and told as JSON', async () => {
  const titles = async (...flags: string[]) => {
    const { stdout } = await vedette('audit', profile, '--json', ...flags);
    return (JSON.parse(stdout) as { title: string }[]).map(({ title }) => title);
  };
  expect(await titles('--lock', 'mailbox')).toEqual(['Mailbox opened for Bob']);
  expect(await titles('--person', 'Ada')).toEqual(['Ada came in', 'Ada looked']);
  expect(await titles('--type', 'person', '--from', '1h')).toEqual(['Ada came in']);
  expect(await titles('--until', '1h')).toEqual([]);
});

test('a trail that holds is said to, with what can be noted down; a running device is not recovered', async () => {
  const { code, stdout } = await vedette('audit', 'verify', profile);
  expect(code).toBe(0);
  const [, noted = ''] =
    /^entries that hold: 3, to .*\nnote down elsewhere: (3:[\w-]{43})\n$/.exec(stdout) ?? [];
  expect((await vedette('audit', 'verify', profile, '--noted', noted)).code).toBe(0);
  expect((await vedette('audit', 'verify', profile, '--key', publicKey)).code).toBe(0);
  expect((await vedette('audit', 'verify', profile, '--key', key)).code).toBe(1);
  expect((await vedette('audit', 'verify', profile, '--noted', '3')).code).toBe(2);
  const recover = await vedette('audit', 'recover', profile, '--yes');
  expect([recover.code, recover.stderr]).toEqual([1, expect.stringContaining('the device is running')]);
});

test('the first bad entry is named, and what holds before it recovered', async () => {
  await trust.stop();
  expect((await vedette('audit', 'recover', profile)).stdout).toBe(
    'nothing is wrong; entries that hold: 3\n',
  );
  tamper(join(state, 'trust.sqlite'), 'change its title', 2, publicKey);
  const { code, stderr } = await vedette('audit', 'verify', profile);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /entry 2 \(\d{4}-.*, "Nothing happened"\): it was changed.*; entries before it that hold: 1/,
  );
  expect(JSON.parse((await vedette('audit', 'verify', profile, '--json')).stdout)).toMatchObject({
    entries: 1,
    bad: { seq: 2 },
  });
  const recovered = await vedette('audit', 'recover', profile, '--yes');
  expect([recovered.code, recovered.stdout]).toEqual([0, expect.stringContaining('kept: entries 1,')]);
  expect((await readdir(state)).filter((name) => /\.damaged-.*Z$/.test(name))).toHaveLength(1);
  const again = await vedette('audit', 'verify', profile);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('entries that hold: 2,')]);
});

test('a device that never ran has no trail, which is said', async () => {
  vi.stubEnv('STATE_DIRECTORY', join(folder, 'elsewhere'));
  for (const words of [['audit'], ['audit', 'verify'], ['audit', 'recover']]) {
    const { code, stderr } = await vedette(...words, profile);
    expect([code, stderr]).toEqual([1, expect.stringContaining('trust/none')]);
  }
  vi.stubEnv('STATE_DIRECTORY', state);
});
