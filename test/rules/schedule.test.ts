import { expect, test } from 'vitest';
import type { WallMs } from '../../src/clock.ts';
import { RuleOptions } from '../../src/rules/rule.ts';
import { isWithin, scheduleOf } from '../../src/rules/schedule.ts';

type Written = Pick<RuleOptions, 'between' | 'days' | 'zone'>;

function counts(rule: Written, utc: string, zone = 'UTC'): boolean {
  const schedule = scheduleOf(rule, zone);
  return schedule === undefined || isWithin(schedule, Date.parse(utc) as WallMs);
}

test('hours begin with their first minute and end before their last', () => {
  const office: Written = { between: '08:00-17:30' };
  expect(counts(office, '2026-01-05T07:59:59Z')).toBe(false);
  expect(counts(office, '2026-01-05T08:00:00Z')).toBe(true);
  expect(counts(office, '2026-01-05T17:29:59Z')).toBe(true);
  expect(counts(office, '2026-01-05T17:30:00Z')).toBe(false);
});

test('a night goes over midnight and belongs to the day it begins on', () => {
  // 2026-01-09 is a Friday.
  const night: Written = { between: '22:00-06:00', days: ['fri'] };
  expect(counts(night, '2026-01-09T03:00:00Z')).toBe(false);
  expect(counts(night, '2026-01-09T22:00:00Z')).toBe(true);
  expect(counts(night, '2026-01-10T05:59:00Z')).toBe(true);
  expect(counts(night, '2026-01-10T06:00:00Z')).toBe(false);
  expect(counts(night, '2026-01-10T23:00:00Z')).toBe(false);
});

test('days alone are whole days, in the zone', () => {
  const sunday: Written = { days: ['sun'], zone: 'Pacific/Auckland' };
  // Sunday in Auckland begins on Saturday at 11:00 in UTC (summer, 13 hours ahead).
  expect(counts(sunday, '2026-01-10T10:59:00Z')).toBe(false);
  expect(counts(sunday, '2026-01-10T11:00:00Z')).toBe(true);
  expect(counts(sunday, '2026-01-11T11:00:00Z')).toBe(false);
});

test('hours follow summer time, and the machine’s zone where the rule names none', () => {
  const evening: Written = { between: '22:00-23:00' };
  expect(counts(evening, '2026-01-05T21:30:00Z', 'Europe/Berlin')).toBe(true);
  expect(counts(evening, '2026-07-05T21:30:00Z', 'Europe/Berlin')).toBe(false);
  expect(counts(evening, '2026-07-05T20:30:00Z', 'Europe/Berlin')).toBe(true);
  expect(counts({ ...evening, zone: 'UTC' }, '2026-07-05T20:30:00Z', 'Europe/Berlin')).toBe(false);
});

test('a profile is told what hours, days and zones look like', () => {
  const messages = (rule: object) =>
    RuleOptions.safeParse({ when: 'bell', ...rule }).error?.issues.map(({ message }) => message);
  expect(messages({ between: '22:00 – 06:00', days: ['mon'], zone: 'Europe/Berlin' })).toBeUndefined();
  expect(messages({ between: '25:00-06:00' })).toEqual(['two times of day: 22:00-06:00']);
  expect(messages({ between: '06:00-06:00' })).toEqual(['two different times of day']);
  expect(messages({ zone: 'Berlin' })).toEqual(['a time zone: Europe/Berlin']);
  expect(messages({ for: 10 })).toHaveLength(1);
});
