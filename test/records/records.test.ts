import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { EventIds } from '../../src/records/event-id.ts';
import { openRecords, type Records } from '../../src/records/records.ts';
import { RecordsSettings } from '../../src/records/settings.ts';

const log = pino({ level: 'silent' });
const start = Date.UTC(2026, 4, 5, 12);
let wall = start;
const clock = { now: () => wall as MonotonicMs, wall: () => wall as WallMs };
const ids = new EventIds(clock);
const settings = RecordsSettings.parse({ reserve: '1kB' });

let folder: string;
let open: Records[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-records-'));
  wall = start;
});
afterEach(async () => {
  await Promise.all(open.map((records) => records.stop()));
  open = [];
  await rm(folder, { recursive: true, force: true });
});

async function opened(given = settings): Promise<Records> {
  const records = await openRecords({ folder, settings: given, clock, log });
  open.push(records);
  return records;
}

function alarm(more: Partial<DeviceEvent> = {}): DeviceEvent {
  wall += 1;
  return {
    id: ids.next(),
    type: 'alarm',
    time: wall,
    severity: 'warning',
    title: 'Too hot',
    snapshot: false,
    ...more,
  };
}

test('an event that was acknowledged is there after a restart', async () => {
  const first = await opened();
  const event = alarm();
  await first.addEvent(event);
  await first.stop();
  expect(await (await opened()).events({ limit: 10 })).toEqual([event]);
});

test('events come newest first, page by page, and by type, severity and time', async () => {
  const records = await opened();
  const events = Array.from({ length: 5 }, (_, index) =>
    alarm(index % 2 === 0 ? {} : { type: 'ring', severity: 'info' }),
  );
  for (const event of events) await records.addEvent(event);
  const [newest, ...others] = events.toReversed();
  expect(await records.events({ limit: 1 })).toEqual([newest]);
  expect(await records.events({ limit: 10, before: newest!.id })).toEqual(others);
  expect(await records.events({ limit: 10, types: ['ring'] })).toEqual([events[3], events[1]]);
  expect(await records.events({ limit: 10, severities: ['info'] })).toEqual([events[3], events[1]]);
  expect(await records.events({ limit: 10, from: events[1]!.time, to: events[3]!.time })).toEqual([
    events[2],
    events[1],
  ]);
});

test('a change adds to an event, and null takes away from it', async () => {
  const records = await opened();
  const event = alarm({ clip: 'one.mp4' });
  await records.addEvent(event);
  const changed = await records.changeEvent(event.id, { acknowledgedBy: 'Ada', clip: null });
  const { clip: _, ...rest } = event;
  expect(changed).toEqual({ ...rest, acknowledgedBy: 'Ada' });
  expect(await records.event(event.id)).toEqual(changed);
  expect(await records.changeEvent('nobody', { acknowledgedBy: 'Ada' })).toBeUndefined();
});

test('small state is kept over a restart', async () => {
  const first = await opened();
  await first.keep('rules', { raised: ['hot'] });
  await first.keep('rules', { raised: [] });
  await first.stop();
  const second = await opened();
  expect(await second.kept('rules')).toEqual({ raised: [] });
  expect(await second.kept('privacy')).toBeUndefined();
});

test('deliveries wait in order for their target until they are done or too late, over a restart', async () => {
  const first = await opened();
  const add = (target: string, body: unknown, lastsMs: number) =>
    first.deliveries.add({ target, body, expiresAt: wall + lastsMs });
  await add('hook', { n: 1 }, 60_000);
  const second = await add('hook', { n: 2 }, 60_000);
  await add('hook', { n: 3 }, 1_000);
  await add('phone', 'x', 60_000);
  await first.deliveries.failed(second, wall + 500);
  await first.stop();
  const records = await opened();
  wall += 2_000;
  expect((await records.deliveries.pending('hook')).map(({ body }) => body)).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await records.deliveries.pending('hook'))[1]).toMatchObject({ tries: 1, nextTryAt: wall - 1_500 });
  await records.deliveries.done(second);
  expect(await records.deliveries.pending('hook')).toHaveLength(1);
  expect(await records.deliveries.targets()).toEqual(['hook', 'phone']);
});

test('a chart has readings that are written and those that are not, and none of other sensors', async () => {
  const first = await opened();
  const reading = (sensor: string, value: number) =>
    first.addReading({ sensor, value, unit: '', time: wall });
  for (let second = 0; second < 90; second += 1) {
    wall += 1_000;
    reading('boiler', second);
    reading('door', 1);
  }
  const query = { sensor: 'boiler', from: start, to: start + 120_000 };
  const before = await first.readings({ ...query, points: 1_000 });
  expect(before.map(({ mean }) => mean)).toEqual(Array.from({ length: 90 }, (_, second) => second));
  await first.stop();
  const records = await opened();
  expect(await records.readings({ ...query, points: 1_000 })).toEqual(before);
  records.addReading({ sensor: 'boiler', value: 1_000, unit: '', time: wall });
  expect(await records.readings({ ...query, points: 2 })).toEqual([
    { time: start, min: 0, mean: 29, max: 58 },
    { time: start + 60_000, min: 59, mean: 102.9375, max: 1_000 },
  ]);
});

test('a reading that is no number is not kept', async () => {
  const records = await opened();
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    records.addReading({ sensor: 'boiler', value, unit: '', time: wall });
  expect(await records.readings({ sensor: 'boiler', from: 0, to: wall + 1, points: 9 })).toEqual([]);
});

test('damaged records are moved aside, new ones begun, and it is said once', async () => {
  const first = await opened();
  await first.addEvent(alarm());
  await first.stop();
  await writeFile(join(folder, 'records.sqlite'), 'this is no database, whatever its name says');
  const records = await opened();
  const event = alarm();
  await records.addEvent(event);
  const events = await records.events({ limit: 10 });
  expect(events.map(({ title }) => title).sort()).toEqual(['Records begun anew', 'Too hot']);
  expect(events.find(({ type }) => type === 'device')?.detail).toMatch(/records\.sqlite\.damaged-/);
  expect((await readdir(folder)).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
  expect(records.status().trouble).toBeUndefined();
});

test('a folder that cannot be made is a trouble that is told, and events are held and listed', async () => {
  await writeFile(join(folder, 'file'), '');
  const records = await openRecords({ folder: join(folder, 'file', 'state'), settings, clock, log });
  open.push(records);
  const event = alarm();
  await expect(records.addEvent(event)).rejects.toThrow(VedetteError);
  expect(await records.events({ limit: 10 })).toEqual([event]);
  expect((await records.changeEvent(event.id, { acknowledgedBy: 'Ada' }))?.acknowledgedBy).toBe('Ada');
  expect(records.status().trouble).toMatch(/cannot be written/);
  await expect(records.kept('rules')).rejects.toMatchObject({ code: 'records/unwritable' });
  await records.keep('rules', { raised: [] });
  expect(await records.kept('rules')).toEqual({ raised: [] });
  await chmod(folder, 0o700);
});

test('a snapshot is in its place before its event says so', async () => {
  const records = await opened();
  const event = alarm();
  await records.addEvent(event);
  expect(records.snapshotPath(event.id)).toBeUndefined();
  const changed = await records.addSnapshot(event.id, Uint8Array.of(0xff, 0xd8));
  expect(changed).toEqual({ ...event, snapshot: true });
  expect(records.snapshotPath(event.id)).toBe(join(folder, 'snapshots', `${event.id}.jpg`));
  expect(records.snapshotPath('../../etc/passwd')).toBeUndefined();
});
