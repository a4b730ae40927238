import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { EventIds } from '../../src/records/event-id.ts';
import { openRecords, type Records } from '../../src/records/records.ts';
import { RecordsSettings } from '../../src/records/settings.ts';
import { encodedPictures, GivenStream } from '../records/encoded.ts';
import { vedette } from './command-line.ts';

const ids = new EventIds(systemClock);
let folder: string;
let profile: string;
let records: Records;
let hot: DeviceEvent;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-export-'));
  profile = join(folder, 'porch.yaml');
  await writeFile(profile, 'device: porch\ncameras: { door: { kind: test } }\n');
  vi.stubEnv('STATE_DIRECTORY', join(folder, 'state'));
  const log = pino({ level: 'silent' });
  const settings = RecordsSettings.parse({ reserve: '1kB' });
  records = await openRecords({ folder: join(folder, 'state'), settings, clock: systemClock, log });
  hot = event({ title: 'Too <hot>', severity: 'critical', sensor: 'boiler', value: 81.5, unit: '°C' });
  await records.addEvent(hot);
  await records.addEvent(event({ type: 'ring', title: 'Front door' }));
  await records.addSnapshot(hot.id, Uint8Array.of(0xff, 0xd8, 0xff));
  const video = new GivenStream('H264');
  const clip = records.clips.record({ feed: { name: 'door', video }, event: hot.id });
  video.give(...(await encodedPictures('H264', 1)));
  clip.stop();
  await clip.clip;
});
afterAll(async () => {
  await records.stop();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function event(more: Partial<DeviceEvent>): DeviceEvent {
  const id = ids.next();
  return { id, type: 'alarm', time: Date.now(), severity: 'info', title: '', snapshot: false, ...more };
}

test('events are listed newest first while the device runs', async () => {
  const { code, stdout } = await vedette('events', profile);
  expect(code).toBe(0);
  const [ring, alarm, ...rest] = stdout.trim().split('\n');
  expect(ring).toMatch(/ {2}info {6}ring {5}Front door$/);
  expect(alarm).toMatch(/ {2}critical {2}alarm {4}Too <hot> {2}boiler 81\.5 °C .*\.door\.mp4$/);
  expect(rest).toEqual([]);
});

test('events can be filtered, and told as JSON', async () => {
  const { stdout } = await vedette('events', profile, '--type', 'ring', '--from', '1h', '--json');
  expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ type: 'ring', title: 'Front door' })]);
  expect((await vedette('events', profile, '--to', '1h')).stdout).toBe('nothing happened\n');
});

test('a time that is none is bad usage', async () => {
  const { code, stderr } = await vedette('events', profile, '--from', 'yesterday');
  expect(code).toBe(2);
  expect(stderr).toContain('--from takes a time: 2026-05-05');
});

test('a device that never ran has no records, which is said', async () => {
  vi.stubEnv('STATE_DIRECTORY', join(folder, 'elsewhere'));
  const { code, stderr } = await vedette('events', profile);
  vi.stubEnv('STATE_DIRECTORY', join(folder, 'state'));
  expect(code).toBe(1);
  expect(stderr).toContain('records/none');
});

test('an export explains itself, has everything, and its hashes hold', async () => {
  // Closed, so that the readings are written.
  records.addReading({ sensor: 'boiler', value: 81.5, unit: '°C', time: Date.now() });
  await records.stop();
  const output = join(folder, 'evidence');
  const { code, stdout, stderr } = await vedette('export', profile, '--from', '1h', '-o', output);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('2 events');
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: output });
  const index = JSON.parse(await readFile(join(output, 'index.json'), 'utf8'));
  expect(index.events).toHaveLength(2);
  expect(index.events[0]).toMatchObject({
    id: hot.id,
    snapshotFile: `snapshots/${hot.id}.jpg`,
    clipFile: `clips/${hot.id}.door.mp4`,
  });
  expect(index.readings).toEqual([{ sensor: 'boiler', file: 'readings/boiler.csv', points: 1 }]);
  expect(await readFile(join(output, 'readings/boiler.csv'), 'utf8')).toMatch(
    /^time,readings,min,mean,max\n.*,1,81\.5,81\.5,81\.5\n$/,
  );
  const page = await readFile(join(output, 'index.html'), 'utf8');
  expect(page).toContain('Too &#60;hot&#62;');
  expect(page).toContain(`clips/${hot.id}.door.mp4`);
  expect((await vedette('export', profile, '--from', '1h', '-o', output)).code).toBe(2);
});
