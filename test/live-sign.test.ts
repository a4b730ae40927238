import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Occasion } from '../src/actions/kind.ts';
import type { MonotonicMs, WallMs } from '../src/clock.ts';
import { LiveSign } from '../src/live-sign.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sign with a lamp and a chime that a test can see and count. */
function newSign() {
  const lit = new Set<string>();
  let now = 1_000;
  let ids = 0;
  const seen = { lamps: 0, chimes: 0 };
  const sign = new LiveSign({
    actions: {
      async run(names, { event }: Occasion) {
        if (names.includes('lamp')) {
          lit.add(event.id);
          seen.lamps++;
        }
        if (names.includes('chime')) seen.chimes++;
      },
      async release({ id }) {
        lit.delete(id);
      },
    },
    settings: { light: ['lamp'], sound: ['chime'] },
    ids: { next: () => `event-${++ids}` },
    title: 'Porch',
    clock: { now: () => now as MonotonicMs, wall: () => now as WallMs },
  });
  const pass = (ms: number) => {
    now += ms;
    vi.advanceTimersByTime(ms);
  };
  return { sign, lit, seen, pass };
}

test('it is lit exactly while somebody watches and privacy mode is off, in whatever order that comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.record({ watching: fc.nat(3) }), fc.record({ private: fc.boolean() }))),
      (steps) => {
        const { sign, lit } = newSign();
        const now = { watching: 0, private: false };
        for (const step of steps) {
          Object.assign(now, step);
          if ('watching' in step) sign.watched(step.watching);
          else sign.private(step.private);
          expect(lit.size).toBe(now.watching > 0 && !now.private ? 1 : 0);
        }
        sign.stop();
        expect(lit.size).toBe(0);
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
  );
});

test('it is lit anew before an output goes off by itself, and by nobody once they have gone', () => {
  const { sign, seen, pass } = newSign();
  sign.watched(1);
  pass(60_000);
  expect(seen.lamps).toBe(4);
  sign.watched(0);
  pass(600_000);
  expect(seen.lamps).toBe(4);
});

test('it sounds once when somebody begins, and twice a minute at most', () => {
  const { sign, seen, pass } = newSign();
  sign.watched(1);
  pass(20_000);
  expect(seen.chimes).toBe(1);
  sign.watched(0);
  sign.watched(1);
  expect(seen.chimes).toBe(1);
  pass(10_000);
  sign.watched(2);
  expect(seen.chimes).toBe(2);
  pass(60_000);
  sign.watched(1);
  expect(seen.chimes).toBe(2);
  // Whoever begins to see when privacy mode ends is heard of, too.
  sign.private(true);
  sign.private(false);
  expect(seen.chimes).toBe(3);
});
