import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TrustedClock } from '../../src/access/trusted-clock.ts';
import { HandClock } from './house.ts';

const year = 365 * 24 * 3_600_000;

function set(lastSeen = 0) {
  const hand = new HandClock();
  const state = { sync: 1 as number | undefined };
  const time = new TrustedClock({ clock: hand, synchronisedAt: () => state.sync });
  time.resume(lastSeen);
  return { hand, state, time };
}

test('without a time server since boot, the time is not known', () => {
  const { hand, state, time } = set();
  state.sync = undefined;
  expect(time.now()).toBeUndefined();
  state.sync = 1;
  hand.pass(1_000);
  expect(time.now()).toBe(hand.wallMs);
});

test('a clock that is set by a year, either way, is not believed until a time server sets it', () => {
  for (const jump of [-year, year]) {
    const { hand, state, time } = set();
    const before = hand.wallMs;
    expect(time.now()).toBe(before);
    hand.wallMs += jump;
    hand.mono += 2_000;
    expect(time.now()).toBeUndefined();
    hand.wallMs = before + 4_000;
    hand.mono += 2_000;
    state.sync = 2;
    expect(time.now()).toBe(hand.wallMs);
  }
});

test('a clock that was right goes on being right, and small corrections never turn it back', () => {
  const { hand, time } = set();
  time.now();
  hand.pass(48 * 3_600_000);
  const noon = time.now();
  expect(noon).toBe(hand.wallMs);
  hand.wallMs -= 2_000;
  expect(time.now()).toBe(noon);
});

test('no restart brings back a time that is over', () => {
  const first = set();
  first.time.now();
  const second = set(first.time.lastSeen);
  second.hand.wallMs -= year;
  expect(second.time.now()).toBeUndefined();
  second.hand.wallMs += year;
  expect(second.time.now()).toBe(second.hand.wallMs);
});

test('whatever happens to the clock, what is believed is never a minute wrong', () => {
  const event = fc.oneof(
    fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 48 * 3_600_000 }) }),
    fc.record({ type: fc.constant('jump' as const), ms: fc.integer({ min: -10 * year, max: 10 * year }) }),
    fc.record({ type: fc.constant('1970' as const) }),
    fc.record({ type: fc.constant('time server' as const) }),
    fc.record({ type: fc.constant('restart' as const) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const hand = new HandClock();
      let right = hand.wallMs;
      let sync: number | undefined;
      const started = (lastSeen: number) => {
        const clock = new TrustedClock({ clock: hand, synchronisedAt: () => sync });
        clock.resume(lastSeen);
        return clock;
      };
      let time = started(0);
      for (const each of events) {
        // The device looks every second while anybody is there.
        const passes = each.type === 'pass' ? each.ms + 2_000 : 2_000;
        hand.pass(passes);
        right += passes;
        if (each.type === 'jump') hand.wallMs += each.ms;
        if (each.type === '1970') hand.wallMs = 0;
        if (each.type === 'time server') {
          hand.wallMs = right;
          sync = (sync ?? 0) + 1;
        }
        if (each.type === 'restart') {
          // Of the machine: a time server has to come first.
          sync = undefined;
          time = started(time.lastSeen);
        }
        const believed = time.now();
        if (believed !== undefined) expect(Math.abs(believed - right)).toBeLessThanOrEqual(60_000);
      }
    }),
  );
});
