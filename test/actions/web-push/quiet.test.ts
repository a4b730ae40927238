import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isQuiet, mayDisturb } from '../../../src/actions/web-push/quiet.ts';
import type { WallMs } from '../../../src/clock.ts';

const at = (iso: string) => Date.parse(iso) as WallMs;
const night = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };

test.each([
  ['2026-01-10T20:59:59Z', false],
  ['2026-01-10T21:00:00Z', true],
  ['2026-01-11T05:59:59Z', true],
  ['2026-01-11T06:00:00Z', false],
  // An hour earlier by UTC in summer.
  ['2026-07-10T20:00:00Z', true],
  ['2026-07-11T05:00:00Z', false],
])('a night in Berlin: %s is quiet: %s', (time, quiet) => {
  expect(isQuiet(night, at(time))).toBe(quiet);
});

test('hours within a day, and none where both are the same', () => {
  const nap = { from: '13:00', to: '15:00', zone: 'UTC' };
  expect(isQuiet(nap, at('2026-01-10T14:00:00Z'))).toBe(true);
  expect(isQuiet(nap, at('2026-01-10T15:00:00Z'))).toBe(false);
  expect(isQuiet({ ...nap, to: '13:00' }, at('2026-01-10T13:00:00Z'))).toBe(false);
});

test('hours and their reverse share the day between them', () => {
  const time = fc.integer({ min: 0, max: 1439 }).map((minutes) => {
    const two = (n: number) => String(n).padStart(2, '0');
    return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  });
  fc.assert(
    fc.property(time, time, fc.integer({ min: 0, max: 4e12 }), (from, to, wall) => {
      fc.pre(from !== to);
      const zone = 'UTC';
      expect(isQuiet({ from, to, zone }, wall as WallMs)).toBe(
        !isQuiet({ from: to, to: from, zone }, wall as WallMs),
      );
    }),
  );
});

test('quiet hours let through what is critical; a snooze lets nothing through, until it ends', () => {
  const wall = at('2026-01-10T23:00:00Z');
  expect(mayDisturb({ quiet: night }, 'warning', wall)).toBe(false);
  expect(mayDisturb({ quiet: night }, 'critical', wall)).toBe(true);
  expect(mayDisturb({ snoozeUntil: wall + 1 }, 'critical', wall)).toBe(false);
  expect(mayDisturb({ snoozeUntil: wall }, 'info', wall)).toBe(true);
  expect(mayDisturb({}, 'info', wall)).toBe(true);
});
