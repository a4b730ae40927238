import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { Presence } from '../../src/session/presence.ts';

const at = (ms: number) => ms as MonotonicMs;

/** A viewer that reports every `everyMs`, `times` times from 0 on; gives the time of the last report. */
function reporting(everyMs: number, times: number): { presence: Presence; last: number } {
  const presence = new Presence();
  for (let count = 0; count < times; count += 1) presence.heard(at(count * everyMs));
  return { presence, last: (times - 1) * everyMs };
}

test('a viewer that reports every second is missed after 3.5 s', () => {
  const { presence, last } = reporting(1_000, 10);
  expect(presence.silent(at(last + 3_500))).toBe(false);
  expect(presence.silent(at(last + 3_501))).toBe(true);
});

test('a viewer that reports every 5 s is given three of its pauses', () => {
  const { presence, last } = reporting(5_000, 10);
  expect(presence.silent(at(last + 15_000))).toBe(false);
  expect(presence.silent(at(last + 15_001))).toBe(true);
});

test('a viewer whose rhythm is not known yet is never missed', () => {
  const { presence } = reporting(1_000, 1);
  expect(presence.silent(at(1e9))).toBe(false);
});

test('a viewer that is heard again is there, and its silence did not slow its rhythm', () => {
  const { presence, last } = reporting(1_000, 10);
  presence.heard(at(last + 20_000));
  expect(presence.silent(at(last + 20_000))).toBe(false);
  expect(presence.silent(at(last + 23_501))).toBe(true);
});

test('a viewer that begins with a burst and then reports every 5 s is misjudged once at most', () => {
  const presence = new Presence();
  for (const ms of [0, 100, 200]) presence.heard(at(ms));
  let misjudged = 0;
  for (let ms = 5_200; ms < 60_000; ms += 5_000) {
    if (presence.silent(at(ms - 1))) misjudged += 1;
    presence.heard(at(ms));
  }
  expect(misjudged).toBe(1);
});
