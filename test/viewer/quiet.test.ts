import { describe, expect, test } from 'vitest';
import { quietOf } from '../../src/viewer/quiet.ts';

const at = (text: string): number => Date.parse(text);
const night = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };

describe('quiet', () => {
  test.each([
    ['2026-11-24T20:59:00Z', 'none'],
    ['2026-11-24T21:00:00Z', 'bell'],
    ['2026-11-25T05:59:00Z', 'bell'],
    ['2026-11-25T06:00:00Z', 'none'],
    // An hour earlier by UTC, in summer.
    ['2026-07-24T20:00:00Z', 'bell'],
  ])('over midnight, at %s it is %s', (time, quiet) => {
    expect(quietOf({ quiet: night }, at(time))).toBe(quiet);
  });

  test('within a day, and never where both ends are the same', () => {
    const nap = { from: '13:00', to: '15:00', zone: 'UTC' };
    expect(quietOf({ quiet: nap }, at('2026-11-24T14:00:00Z'))).toBe('bell');
    expect(quietOf({ quiet: nap }, at('2026-11-24T15:00:00Z'))).toBe('none');
    expect(quietOf({ quiet: { ...nap, to: '13:00' } }, at('2026-11-24T13:00:00Z'))).toBe('none');
  });

  test('a snooze keeps all quiet till it ends', () => {
    expect(quietOf({ snoozeUntil: 100 }, 99)).toBe('all');
    expect(quietOf({ snoozeUntil: 100 }, 100)).toBe('none');
  });
});
