import { expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { SteadyWall } from '../../src/records/steady-wall.ts';

const hour = 3_600_000;

function turned() {
  const time = { now: 0, wall: Date.UTC(2026, 4, 5) };
  const steady = new SteadyWall({ now: () => time.now as MonotonicMs, wall: () => time.wall as WallMs });
  const pass = (ms: number) => {
    time.now += ms;
    time.wall += ms;
  };
  return { time, steady, pass };
}

test('a wall clock is believed after an hour in which it ran evenly', () => {
  const { time, steady, pass } = turned();
  pass(hour - 1);
  expect(steady.now()).toBeUndefined();
  pass(1);
  expect(steady.now()).toBe(time.wall);
});

test('a clock that jumps has to run evenly for another hour, in either direction', () => {
  const { time, steady, pass } = turned();
  pass(2 * hour);
  time.wall = Date.UTC(2036, 0, 1);
  expect(steady.now()).toBeUndefined();
  pass(hour - 1);
  time.wall = Date.UTC(2026, 4, 5, 3);
  expect(steady.now()).toBeUndefined();
  pass(hour);
  expect(steady.now()).toBe(time.wall);
});

test('small corrections are no jump, and many of them are one', () => {
  const { time, steady, pass } = turned();
  pass(hour);
  time.wall += 5_000;
  expect(steady.now()).toBe(time.wall);
  time.wall += 56_000;
  expect(steady.now()).toBeUndefined();
});
