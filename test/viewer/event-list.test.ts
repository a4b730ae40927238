import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { byDay, emptyList, noFilter, withEvent, withPage } from '../../src/viewer/event-list.ts';

const event = (number: number, change: Partial<DeviceEvent> = {}): DeviceEvent => ({
  id: String(number).padStart(6, '0'),
  type: 'alarm',
  time: number,
  severity: 'warning',
  title: `event ${number}`,
  snapshot: false,
  ...change,
});
const numbers = ({ events }: { readonly events: readonly DeviceEvent[] }) => events.map(({ time }) => time);

describe('a list of events', () => {
  test('has each once, newest first, whatever order pages and news come in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 }), fc.nat(59), (all, cut) => {
        const sorted = all.toSorted((a, b) => b - a);
        const news = sorted.slice(0, cut);
        let list = withPage(
          emptyList,
          sorted.slice(cut).map((each) => event(each)),
          1_000,
        );
        for (const each of news.toReversed()) list = withEvent(list, event(each), noFilter);
        list = withPage(
          list,
          sorted.slice(cut, cut + 3).map((each) => event(each)),
          1_000,
        );
        expect(numbers(list)).toEqual(sorted);
      }),
    );
  });

  test('a later word on an event replaces the earlier one in its place', () => {
    const list = withPage(emptyList, [event(3), event(2), event(1)], 3);
    const after = withEvent(list, event(2, { clip: 'two.mp4' }), noFilter);
    expect([numbers(after), after.events[1]?.clip]).toEqual([[3, 2, 1], 'two.mp4']);
  });

  test('an event older than what is loaded waits for its page, so that none between is missed', () => {
    const list = withPage(emptyList, [event(30), event(20)], 2);
    expect(withEvent(list, event(5), noFilter)).toBe(list);
    const complete = withPage(list, [event(10)], 2);
    expect(numbers(withEvent(complete, event(5), noFilter))).toEqual([30, 20, 10, 5]);
  });

  test('what the filter leaves out stays out', () => {
    const filter = { types: ['ring' as const], severities: [] };
    expect(withEvent(emptyList, event(1), filter)).toBe(emptyList);
    expect(numbers(withEvent(emptyList, event(1, { type: 'ring' }), filter))).toEqual([1]);
  });

  test('a short page is the last', () => {
    expect(withPage(emptyList, [event(2), event(1)], 2).complete).toBe(false);
    expect(withPage(emptyList, [event(2)], 2).complete).toBe(true);
  });

  test('is parted by days', () => {
    const days = byDay([event(25), event(21), event(13)], (time) => `day ${Math.floor(time / 10)}`);
    expect(days.map(({ day, events }) => [day, events.length])).toEqual([
      ['day 2', 2],
      ['day 1', 1],
    ]);
  });
});
