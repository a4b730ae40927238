import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Pacer } from '../../../src/media/sound/pacer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('late calls do not add up: after a minute there were 3000', () => {
  const dues: number[] = [];
  const pacer = new Pacer(systemClock, (due) => {
    dues.push(due);
  });
  pacer.start();
  vi.advanceTimersByTime(60_000);
  pacer.stop();
  expect(dues.length).toBe(3001);
  expect(dues.at(-1)! - dues[0]!).toBeCloseTo(60_000, 6);
});

/** A clock that the test turns. */
function hand() {
  let now = 0;
  return {
    clock: { now: () => now, wall: () => now } as unknown as typeof systemClock,
    set: (ms: number) => (now = ms),
  };
}

test('a process held up for 100 ms makes up for every block', () => {
  const { clock, set } = hand();
  const dues: number[] = [];
  const pacer = new Pacer(clock, (due) => dues.push(due));
  pacer.start();
  vi.advanceTimersByTime(0);
  set(100);
  vi.advanceTimersByTime(20);
  pacer.stop();
  expect(dues).toEqual([0, 20, 40, 60, 80, 100]);
});

test('a process that slept for a minute goes on from now', () => {
  const { clock, set } = hand();
  const dues: number[] = [];
  const pacer = new Pacer(clock, (due) => dues.push(due));
  pacer.start();
  vi.advanceTimersByTime(0);
  set(60_000);
  vi.advanceTimersByTime(20);
  pacer.stop();
  expect(dues).toEqual([0, 60_000]);
});

test('stopped within a call, it calls no more', () => {
  const { clock, set } = hand();
  const dues: number[] = [];
  const pacer = new Pacer(clock, (due) => {
    dues.push(due);
    pacer.stop();
  });
  set(0);
  pacer.start();
  set(100);
  vi.advanceTimersByTime(1000);
  expect(dues).toEqual([0]);
  expect(pacer.running).toBe(false);
});
