import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bucketMs,
  emptyWindow,
  maxOf,
  meanOf,
  minOf,
  rateOf,
  type Window,
  withValue,
} from '../../src/rules/window.ts';

const ms = 3_000;
const bucket = bucketMs(ms);

/** What came, at which time; NaN for what is not known from then on. */
interface Entry {
  readonly at: number;
  readonly value: number;
}

const entries = fc
  .array(
    fc.tuple(
      fc.oneof(fc.nat(400), fc.nat(9_000), fc.constant(0)),
      fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }) },
        { weight: 1, arbitrary: fc.constant(Number.NaN) },
      ),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let at = 0;
    return steps.map(([wait, value]): Entry => {
      at += wait;
      return { at, value };
    });
  });

const fill = (all: readonly Entry[]) =>
  all.reduce<Window>((window, { at, value }) => withValue(window, value, at, ms), emptyWindow);

/** The stretches in which a value held, within the time that the window sees at `now`. */
function stretches(all: readonly Entry[], now: number) {
  const from = (Math.floor(now / bucket) - 30) * bucket;
  return all.flatMap(({ at, value }, index) => {
    const end = Math.min(all[index + 1]?.at ?? now, now);
    const begin = Math.max(at, from);
    return begin <= end && !Number.isNaN(value) ? [{ begin, value, ms: end - begin }] : [];
  });
}

test('mean, least and most are those of the time that each value held, whatever came when', () => {
  fc.assert(
    fc.property(entries, fc.nat(7_000), (all, later) => {
      const window = fill(all);
      const last = all.at(-1) as Entry;
      const now = last.at + later;
      if (Number.isNaN(last.value)) {
        for (const of of [meanOf, minOf, maxOf, rateOf]) expect(of(window, now, ms)).toBeNaN();
        return;
      }
      const held = stretches(all, now);
      const knownMs = held.reduce((sum, one) => sum + one.ms, 0);
      const area = held.reduce((sum, one) => sum + one.ms * one.value, 0);
      expect(meanOf(window, now, ms)).toBeCloseTo(knownMs === 0 ? last.value : area / knownMs, 6);
      expect(minOf(window, now, ms)).toBe(Math.min(...held.map(({ value }) => value)));
      expect(maxOf(window, now, ms)).toBe(Math.max(...held.map(({ value }) => value)));
    }),
    { numRuns: 2_000 },
  );
});

test('the rate of a straight line is its slope, from half a window on', () => {
  fc.assert(
    fc.property(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 10, max: 500 }), (slope, period) => {
      let window: Window = emptyWindow;
      for (let at = 0; at <= 3 * ms; at += period) {
        window = withValue(window, (slope * at) / ms, at, ms);
        const rate = rateOf(window, at, ms);
        if (at < ms / 2) expect(rate).toBeNaN();
        // Each bucket knows the value that held as it began, at most a period old.
        else expect(Math.abs(rate - slope)).toBeLessThanOrEqual((Math.abs(slope) * period) / (ms / 2) + 1e-6);
      }
    }),
  );
});

test('a window holds no more however many values come, or however long none does', () => {
  let window: Window = emptyWindow;
  for (let at = 0; at < 60 * ms; at += 7) {
    window = withValue(window, at % 13, at, ms);
    expect(window.closed.length).toBeLessThanOrEqual(31);
  }
  window = withValue(window, 1, 1e12, ms);
  expect(window.closed.length).toBeLessThanOrEqual(31);
  expect(meanOf(window, 1e12, ms)).toBeCloseTo((60 * ms - 1) % 13, -1);
});
