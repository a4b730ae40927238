import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  noPresence,
  type PresenceInput,
  type PresenceNews,
  presenceDue,
  presenceStep,
  windowMs,
} from '../../src/access/presence-window.ts';
import type { MonotonicMs } from '../../src/clock.ts';

const holdMs = 5_000;

/** What was told, and when. */
function told(inputs: readonly PresenceInput[]): readonly (PresenceNews & { readonly now: number })[] {
  let state = noPresence;
  return inputs.flatMap((input) => {
    const step = presenceStep(state, input, holdMs);
    state = step.state;
    return step.news.map((news) => ({ ...news, now: input.now }));
  });
}

const button = (at: number, down: boolean | undefined): PresenceInput => ({
  ...{ type: 'button', down, now: at as MonotonicMs },
});
const ask = (at: number, key: string): PresenceInput => ({ type: 'ask', key, now: at as MonotonicMs });
const time = (at: number): PresenceInput => ({ type: 'time', now: at as MonotonicMs });
const held = [button(0, false), button(1_000, true), time(6_000)];

describe("the device's button", () => {
  it('opens when it was held, and tells who asked meanwhile', () => {
    expect(told([...held, ask(7_000, 'a'), ask(9_000, 'a'), time(65_999), time(66_000)])).toEqual([
      { type: 'opened', now: 6_000 },
      { type: 'ended', askers: ['a'], now: 66_000 },
    ]);
    expect(told([...held, ask(7_000, 'a'), ask(8_000, 'b'), time(66_000)]).at(-1)).toMatchObject({
      askers: ['a', 'b'],
    });
    expect(told([ask(500, 'a'), ...held, time(66_000)]).at(-1)).toMatchObject({ askers: [] });
  });

  it('opens by nothing shorter, nor by a sensor that was away, nor by one that is stuck from the start', () => {
    expect(told([button(0, false), button(1_000, true), button(5_999, false), time(9_000)])).toEqual([]);
    expect(
      told([
        button(0, false),
        button(1_000, true),
        button(3_000, undefined),
        button(3_001, true),
        time(99_000),
      ]),
    ).toEqual([]);
    expect(told([button(0, true), time(99_000)])).toEqual([]);
  });

  it('opens though it was let go before anybody looked', () => {
    expect(told([button(0, false), button(1_000, true), button(7_000, false)])).toMatchObject([
      { type: 'opened', now: 7_000 },
    ]);
  });

  it('held on, or held again while it is open, opens once', () => {
    expect(told([...held, time(66_000), time(200_000)]).map(({ type }) => type)).toEqual(['opened', 'ended']);
    const again = [button(10_000, false), button(11_000, true), time(16_000), time(66_000), time(200_000)];
    expect(told([...held, ...again]).map(({ type }) => type)).toEqual(['opened', 'ended']);
  });

  it('however it is pressed and whoever asks when: one window at a time, each earned by a hold, each with its askers', () => {
    const inputs = fc
      .array(
        fc.tuple(
          fc.constantFrom(0, 1, 999, 2_500, holdMs - 1, holdMs, 20_000, windowMs - holdMs, windowMs),
          fc.oneof(
            fc.constantFrom('down', 'down', 'up', 'away', 'time'),
            fc.constantFrom('a', 'b', 'c').map((key) => ({ key })),
          ),
        ),
        { maxLength: 60 },
      )
      .map((steps) => {
        let now = 0;
        return steps.map(([passed, what]) => {
          now += passed;
          if (typeof what === 'object') return ask(now, what.key);
          if (what === 'time') return time(now);
          return button(now, what === 'away' ? undefined : what === 'down');
        });
      });
    fc.assert(
      fc.property(inputs, (given) => {
        const news = told(given);
        news.forEach((each, n) => {
          expect(each.type).toBe(n % 2 === 0 ? 'opened' : 'ended');
          const opened = news[n - 1];
          if (each.type === 'opened') {
            expect(wasHeld(given, each.now)).toBe(true);
          } else if (opened) {
            const end = opened.now + windowMs;
            // At the first chance.
            expect(each.now).toBe(given.find(({ now }) => now >= end)?.now);
            const between = asksFrom(given, opened.now, end);
            expect(new Set(each.askers).size).toBe(each.askers.length);
            expect(between.all).toEqual(expect.arrayContaining([...each.askers]));
            expect(each.askers).toEqual(expect.arrayContaining([...between.sure]));
          }
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('says when to look again', () => {
    expect(presenceDue(noPresence, holdMs)).toBeUndefined();
    const pressed = { button: 1_000 as MonotonicMs };
    expect(presenceDue(pressed, holdMs)).toBe(6_000);
    expect(presenceDue({ ...pressed, window: { until: 3_000 as MonotonicMs, askers: [] } }, holdMs)).toBe(
      3_000,
    );
  });
});

/** Whether it was down at `now` or till then for long enough without a word to the contrary, and up before. */
function wasHeld(given: readonly PresenceInput[], now: number): boolean {
  const words = given.flatMap((input) => (input.type === 'button' && input.now <= now ? [input] : []));
  return words.some(({ down, now: since }, n) => {
    if (down !== true || words[n - 1]?.down !== false || now - since < holdMs) return false;
    return words.slice(n + 1).every((word) => word.down === true || word.now >= since + holdMs);
  });
}

/** Keys that asked; those at the very edges may belong to either side. */
function asksFrom(given: readonly PresenceInput[], from: number, end: number) {
  const keys = (within: (now: number) => boolean) =>
    given.flatMap((input) => (input.type === 'ask' && within(input.now) ? [input.key] : []));
  return {
    all: keys((now) => now >= from && now < end),
    sure: keys((now) => now > from && now < end),
  };
}
