import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { EventIds } from '../../src/records/event-id.ts';
import { openRecords, Records } from '../../src/records/records.ts';
import { RecordsSettings } from '../../src/records/settings.ts';
import { encodedPictures, GivenStream } from './encoded.ts';

const log = pino({ level: 'silent' });
const day = 86_400_000;
let wall = Date.UTC(2026, 4, 5);
/** So wrong is the wall clock. */
let wrongMs = 0;
const clock = { now: () => (wall - wrongMs) as MonotonicMs, wall: () => wall as WallMs };
const ids = new EventIds(clock);
const frames = await encodedPictures('H264', 1);
let folder: string;
let records: Records;
let open: Records[];

beforeEach(async () => {
  open = [];
  wrongMs = 0;
  folder = await mkdtemp(join(tmpdir(), 'vedette-keeping-'));
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function started(settings: object): Promise<void> {
  const parsed = RecordsSettings.parse({ reserve: '1kB', ...settings });
  records = await openRecords({ folder, settings: parsed, clock, log });
  open.push(records);
}

/** The clock can be believed then, and what is too old goes. */
async function anHourLater(): Promise<void> {
  wall += 3_600_000;
  await records.addSnapshot('nothing', new Uint8Array(1));
}

async function filmed(): Promise<DeviceEvent> {
  const id = ids.next();
  const event = {
    id,
    type: 'alarm',
    time: wall,
    severity: 'info',
    title: 'Too hot',
    snapshot: false,
  } as const;
  await records.addEvent(event);
  const video = new GivenStream('H264');
  const clip = records.clips.record({ feed: { name: 'door', video }, event: id });
  video.give(...frames);
  clip.stop();
  await clip.clip;
  await records.addSnapshot(id, new Uint8Array(1_000));
  return event;
}

test('clips go before their events, events with all that is theirs, and what is pinned stays', async () => {
  await started({ keep: { clips: '14d', events: '90d' } });
  const old = await filmed();
  const pinned = await filmed();
  await records.pin(pinned.id, true);
  await records.stop();
  wall += 20 * day;
  await started({ keep: { clips: '14d', events: '90d' } });
  await anHourLater();
  expect(await records.event(old.id)).toMatchObject({ snapshot: true });
  expect((await records.event(old.id))?.clip).toBeUndefined();
  expect((await records.event(pinned.id))?.clip).toBeDefined();
  await records.stop();
  wall += 80 * day;
  await started({ keep: { clips: '14d', events: '90d' } });
  await anHourLater();
  expect((await records.events({ limit: 10 })).map(({ id }) => id)).toEqual([pinned.id]);
  expect(await readdir(join(folder, 'snapshots'))).toEqual([`${pinned.id}.jpg`]);
  expect(await readdir(join(folder, 'clips'))).toEqual([`${pinned.id}.door.mp4`]);
});

test('a wall clock that is ten years ahead for a while removes nothing', async () => {
  await started({});
  const event = await filmed();
  await records.stop();
  wrongMs = 3_650 * day;
  wall += wrongMs;
  await started({});
  await records.addSnapshot('nothing', new Uint8Array(1));
  wall += 600_000;
  wall -= wrongMs;
  wrongMs = 0;
  await anHourLater();
  expect(await records.event(event.id)).toMatchObject({ snapshot: true, clip: `${event.id}.door.mp4` });
  expect(records.snapshotPath(event.id)).toBeDefined();
});

test('all that is too old goes in one night, however much it is', async () => {
  await started({});
  const [last] = await Promise.all(
    Array.from({ length: 1_200 }, async () => {
      const id = ids.next();
      await records.addEvent({
        id,
        type: 'alarm',
        time: wall,
        severity: 'info',
        title: 'Old',
        snapshot: false,
      });
      return id;
    }),
  );
  expect(await records.event(last!)).toBeDefined();
  wall += 91 * day;
  await records.stop();
  await started({});
  await anHourLater();
  expect(await records.events({ limit: 10 })).toEqual([]);
});

test('an event does not promise a picture that went to make room, and that is told', async () => {
  await started({});
  const event = await filmed();
  await records.stop();
  await started({ maxSize: '1kB' });
  expect(await records.event(event.id)).toEqual(event);
  expect(await readdir(join(folder, 'snapshots'))).toEqual([]);
  await records.stop();
  await started({});
  const told: DeviceEvent[] = [];
  const other = await filmed();
  await records.stop();
  records = new Records({
    folder,
    settings: RecordsSettings.parse({ reserve: '1kB', maxSize: '1kB' }),
    clock,
    log,
  });
  open.push(records);
  records.onEvent((one) => told.push(one));
  await records.start();
  expect(told.filter(({ id }) => id === other.id).at(-1)).toEqual(other);
});

test('where there is too much the oldest goes, and it says so once', async () => {
  // The database and one clip have room, two have not.
  await started({});
  const first = await filmed();
  const one = records.status().bytes;
  await records.stop();
  await started({ maxSize: `${Math.ceil(one / 1e3) + 1}kB` });
  const second = await filmed();
  await filmed();
  const events = await records.events({ limit: 10 });
  expect(events.find(({ id }) => id === first.id)?.clip).toBeUndefined();
  const told = events.filter(({ type }) => type === 'device');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ title: 'Old recordings removed', severity: 'info' });
  expect(second.id > first.id).toBe(true);
});

test('where the disk has no room left, no clip is begun, events are kept, and it is told', async () => {
  await started({ reserve: '99.99%' });
  const told = records.status().trouble;
  expect(told).toMatch(/nearly full/);
  const event = await filmed();
  expect(await records.event(event.id)).toEqual(event);
  expect(await readdir(join(folder, 'clips'))).toEqual([]);
  expect(records.status().trouble).toBe(told);
});
