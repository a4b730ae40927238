import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { Privacy } from '../src/privacy.ts';
import type { PrivacyStatus } from '../src/protocol/alarm.ts';

/** A device with nothing but a switch; what it kept outlives it. */
function device(disk: Map<string, unknown> = new Map()) {
  const switched: boolean[] = [];
  const told: PrivacyStatus['on'][] = [];
  const privacy = new Privacy({
    setPrivate: async (on) => void switched.push(on),
    store: {
      keep: async (name, json) => void disk.set(name, structuredClone(json)),
      kept: async (name) => disk.get(name),
    },
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  privacy.onChange(({ on }) => told.push(on));
  return { privacy, switched, told, disk };
}

afterEach(() => vi.useRealTimers());

test('it is told when cameras and microphones are closed, not before', async () => {
  const { privacy, switched, told } = device();
  privacy.set(true);
  expect(privacy.status.on).toBe(true);
  expect([switched, told]).toEqual([[true], []]);
  await expect.poll(() => told).toEqual([true]);
});

test('it ends by itself when its time is over', async () => {
  vi.useFakeTimers();
  const { privacy, told } = device();
  privacy.set(true, 60_000);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(privacy.status.on).toBe(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([privacy.status.on, told]).toEqual([false, [true, false]]);
});

test('it lasts over a restart, and closes everything before it is asked', async () => {
  const before = device();
  before.privacy.set(true);
  await expect.poll(() => before.told).toEqual([true]);
  before.privacy.stop();
  const after = device(before.disk);
  await after.privacy.start();
  expect([after.privacy.status.on, after.switched]).toEqual([true, [true]]);
});

test('one that would have ended meanwhile does not come back', async () => {
  vi.useFakeTimers();
  const before = device();
  before.privacy.set(true, 60_000);
  await vi.advanceTimersByTimeAsync(1_000);
  before.privacy.stop();
  vi.setSystemTime(Date.now() + 120_000);
  const after = device(before.disk);
  await after.privacy.start();
  expect([after.privacy.status.on, after.switched]).toEqual([false, []]);
});

test('what was kept by somebody else is not believed', async () => {
  const { privacy, switched } = device(new Map([['privacy', { on: 'yes' }]]));
  await privacy.start();
  expect([privacy.status.on, switched]).toEqual([false, []]);
});

test('switched off where it is off, nothing happens', async () => {
  const { privacy, switched, told } = device();
  privacy.set(false);
  expect([switched, told]).toEqual([[], []]);
});
