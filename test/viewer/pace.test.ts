import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../src/viewer/pace.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('the first value passes at once, then at most one in each step, and the last always', () => {
  const passed: number[] = [];
  const pace = new Pace<number>(250, (value) => passed.push(value));
  for (let n = 0; n < 60; n += 1) {
    pace.offer(n);
    vi.advanceTimersByTime(16);
  }
  expect(passed.length).toBeLessThanOrEqual(5);
  expect(passed[0]).toBe(0);
  vi.advanceTimersByTime(250);
  expect(passed.at(-1)).toBe(59);
  vi.advanceTimersByTime(250);
  expect(vi.getTimerCount()).toBe(0);
  pace.offer(7);
  expect(passed.at(-1)).toBe(7);
});

test('stopped, it forgets what waits and keeps no timer', () => {
  const passed: number[] = [];
  const pace = new Pace<number>(250, (value) => passed.push(value));
  pace.offer(1);
  pace.offer(2);
  pace.stop();
  expect([passed, vi.getTimerCount()]).toEqual([[1], 0]);
});
