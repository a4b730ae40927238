import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { Privacy } from '../src/privacy.ts';
import type { PrivacyStatus } from '../src/protocol/alarm.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-privacy-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** A device with nothing but a switch; what it wrote down outlives it. */
function device() {
  const switched: boolean[] = [];
  const told: PrivacyStatus['on'][] = [];
  const privacy = new Privacy({
    async setPrivate(on) {
      await setImmediate();
      switched.push(on);
    },
    path: join(folder, 'privacy.json'),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  privacy.onChange(({ on }) => told.push(on));
  return { privacy, switched, told };
}

const onlyTimers = { toFake: ['setTimeout', 'clearTimeout', 'Date'] } satisfies Parameters<
  typeof vi.useFakeTimers
>[0];

test('it is told once cameras and microphones are closed, not before', async () => {
  const { privacy, switched } = device();
  let closedWhenTold: boolean | undefined;
  privacy.onChange(() => {
    closedWhenTold = switched.at(-1);
  });
  privacy.set(true);
  expect(privacy.status.on).toBe(true);
  await expect.poll(() => closedWhenTold).toBe(true);
});

test('it ends by itself when its time is over', async () => {
  vi.useFakeTimers(onlyTimers);
  const { privacy, told } = device();
  privacy.set(true, 60_000);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(privacy.status.on).toBe(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(privacy.status.on).toBe(false);
  await expect.poll(() => told).toEqual([true, false]);
});

test('it lasts over a restart, and closes everything before it is asked', async () => {
  const before = device();
  before.privacy.set(true);
  await expect.poll(() => before.told).toEqual([true]);
  before.privacy.stop();
  const after = device();
  await after.privacy.start();
  expect([after.privacy.status.on, after.switched]).toEqual([true, [true]]);
});

test('one that would have ended meanwhile does not come back', async () => {
  vi.useFakeTimers(onlyTimers);
  const before = device();
  before.privacy.set(true, 60_000);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect.poll(() => before.told).toEqual([true]);
  before.privacy.stop();
  vi.setSystemTime(Date.now() + 120_000);
  const after = device();
  await after.privacy.start();
  expect([after.privacy.status.on, after.switched]).toEqual([false, []]);
});

test.each(['{ "on": "yes" }', '', 'garbage'])(
  'where %j was kept, it is on: it may have been',
  async (text) => {
    await writeFile(join(folder, 'privacy.json'), text);
    const { privacy, switched } = device();
    await privacy.start();
    expect([privacy.status.on, switched]).toEqual([true, [true]]);
    privacy.stop();
  },
);

test('switched twice in a moment, the last word is kept', async () => {
  const { privacy, told } = device();
  privacy.set(true);
  privacy.set(false);
  await expect.poll(() => told).toEqual([true, false]);
  privacy.stop();
  const after = device();
  await after.privacy.start();
  expect(after.privacy.status.on).toBe(false);
});

test('switched off where it is off, nothing happens', async () => {
  const { privacy, switched, told } = device();
  privacy.set(false);
  expect([switched, told]).toEqual([[], []]);
});
