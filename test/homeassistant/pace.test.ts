import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { Pace } from '../../src/homeassistant/pace.ts';

const at = (ms: number) => ms as MonotonicMs;

test('the first is said at once, then the newest when its time has come', () => {
  const pace = new Pace(5000);
  expect(pace.offer('a', '1', at(10_000))).toBe(true);
  expect(pace.offer('a', '2', at(10_100))).toBe(false);
  expect(pace.offer('a', '3', at(10_200))).toBe(false);
  expect(pace.offer('b', '1', at(10_200))).toBe(true);
  expect(pace.nextMs).toBe(15_000);
  expect(pace.due(at(14_999))).toEqual([]);
  expect(pace.due(at(15_000))).toEqual([{ topic: 'a', payload: '3' }]);
  expect(pace.nextMs).toBeUndefined();
});

test('what has not changed is not said again, also where it changed and changed back', () => {
  const pace = new Pace(5000);
  pace.offer('a', '1', at(0));
  expect(pace.offer('a', '1', at(20_000))).toBe(false);
  expect(pace.offer('a', '2', at(20_000))).toBe(true);
  expect(pace.offer('a', '3', at(21_000))).toBe(false);
  expect(pace.offer('a', '2', at(22_000))).toBe(false);
  expect(pace.nextMs).toBeUndefined();
});

test('whatever comes, no topic speaks sooner than its period, and the newest is said in the end', () => {
  const offers = fc.array(
    fc.record({ waitMs: fc.nat(4000), topic: fc.constantFrom('a', 'b'), value: fc.nat(5) }),
  );
  fc.assert(
    fc.property(offers, (sequence) => {
      const pace = new Pace(1000);
      const said = new Map<string, { payload: string; ms: number }>();
      const newest = new Map<string, string>();
      let now = 0;
      const say = (topic: string, payload: string) => {
        expect(now - (said.get(topic)?.ms ?? -1000)).toBeGreaterThanOrEqual(1000);
        expect(said.get(topic)?.payload).not.toBe(payload);
        said.set(topic, { payload, ms: now });
      };
      const wake = (untilMs: number) => {
        for (let next = pace.nextMs; next !== undefined && next <= untilMs; next = pace.nextMs) {
          now = Math.max(now, next);
          for (const { topic, payload } of pace.due(at(now))) say(topic, payload);
        }
        now = untilMs;
      };
      for (const { waitMs, topic, value } of sequence) {
        wake(now + waitMs);
        newest.set(topic, String(value));
        if (pace.offer(topic, String(value), at(now))) say(topic, String(value));
      }
      wake(now + 2000);
      expect(new Map([...said].map(([topic, { payload }]) => [topic, payload]))).toEqual(newest);
    }),
  );
});
