import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, heightOf, summaryOf, withSample } from '../../src/viewer/chart-points.ts';
import { following, lastOf, moved, shows, spanFor, zoomed } from '../../src/viewer/chart-window.ts';
import type { Point } from '../../src/viewer/history.ts';

const now = 1_800_000_000_000;
const hour = 3_600_000;

describe('a window over time', () => {
  test('never reaches into what is to come, never inverts, and keeps within bounds, whatever a hand does', () => {
    const acts = fc.array(
      fc.oneof(
        fc.record({
          zoom: fc.double({ min: 0.01, max: 100, noNaN: true }),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.record({ move: fc.double({ min: -5, max: 5, noNaN: true }) }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(acts, (all) => {
        let window = lastOf(hour, now);
        for (const act of all) {
          const length = window.to - window.from;
          window =
            'zoom' in act
              ? zoomed(window, act.zoom, window.from + act.at * length, now)
              : moved(window, act.move * length, now);
          expect(window.to).toBeLessThanOrEqual(now);
          expect(window.to - window.from).toBeGreaterThan(9_000);
          expect(window.to - window.from).toBeLessThan(401 * 24 * hour);
          expect(window.follows).toBe(window.to === now);
        }
      }),
    );
  });

  test('keeps what is under the pointer where it is', () => {
    const window = { from: now - 3 * hour, to: now - hour, follows: false };
    const at = window.from + hour / 2;
    const near = zoomed(window, 0.5, at, now);
    expect((at - near.from) / (near.to - near.from)).toBeCloseTo(0.25);
  });

  test('one that follows ends now, and zooming at its end keeps it following', () => {
    const window = lastOf(hour, now);
    expect(following(window, now + 5_000).to).toBe(now + 5_000);
    expect(zoomed(window, 0.5, now - 1_000, now)).toEqual(lastOf(hour / 2, now));
    const away = moved(window, -hour, now);
    expect([away.follows, following(away, now + 5_000)]).toEqual([false, away]);
    expect(moved(away, 2 * hour, now).follows).toBe(true);
  });

  test('what is loaded around a window shows it, and shows it moved a little, but not far or finer', () => {
    const window = { from: now - 3 * hour, to: now - 2 * hour, follows: false };
    const loaded = spanFor(window, 600, now);
    expect(shows(loaded, window, 600, now)).toBe(true);
    expect(shows(loaded, moved(window, -0.4 * hour, now), 600, now)).toBe(true);
    expect(shows(loaded, moved(window, -0.6 * hour, now), 600, now)).toBe(false);
    expect(shows(loaded, zoomed(window, 0.5, now - 2.5 * hour, now), 600, now)).toBe(false);
    expect(shows(undefined, window, 600, now)).toBe(false);
  });

  test('what follows is asked for again after a minute of live samples', () => {
    const window = lastOf(hour, now);
    const loaded = spanFor(window, 600, now);
    expect(shows(loaded, following(window, now + 50_000), 600, now + 50_000)).toBe(true);
    expect(shows(loaded, following(window, now + 70_000), 600, now + 70_000)).toBe(false);
  });
});

describe('columns of a chart', () => {
  const steady: Point[] = Array.from({ length: 10 }, (_, index) => [index * 1_000, 1, 2, 3]);

  test('live samples follow what is kept, each time once', () => {
    const live = withSample(
      withSample(withSample([], { time: 9_000, value: 5 }, 0), { time: 11_000, value: 6 }, 0),
      { time: 11_000, value: 7 },
      0,
    );
    const { times, mean } = columnsOf(steady, live, 1_000);
    expect(times.slice(-2)).toEqual([9, 11]);
    expect(mean.slice(-2)).toEqual([2, 6]);
  });

  test('silence is a gap, and a sensor that speaks seldom has none', () => {
    const silent: Point[] = [...steady, [60_000, 1, 2, 3]];
    expect(columnsOf(silent, [], 1_000).mean.filter((value) => value === null)).toHaveLength(1);
    const seldom: Point[] = Array.from({ length: 10 }, (_, index) => [index * 60_000, 1, 2, 3]);
    expect(columnsOf(seldom, [], 1_000).mean).not.toContain(null);
  });

  test('times rise, whatever comes', () => {
    const times = fc.uniqueArray(fc.nat(100_000), { maxLength: 40 });
    fc.assert(
      fc.property(times, times, (kept, came) => {
        const points = kept.toSorted((a, b) => a - b).map((time): Point => [time, 0, 0, 0]);
        const live = came.reduce<ReturnType<typeof withSample>>(
          (all, time) => withSample(all, { time, value: 0 }, 0),
          [],
        );
        const { times } = columnsOf(points, live, 100);
        for (const [index, time] of times.entries()) {
          if (index > 0) expect(time).toBeGreaterThan(times[index - 1] as number);
        }
      }),
    );
  });

  test('a window is told in its lowest, highest and last', () => {
    const columns = columnsOf(steady, [{ time: 20_000, value: 50 }], 1_000);
    expect(summaryOf(columns, 0, 9_000)).toEqual({ low: 1, high: 3, last: 2 });
    expect(summaryOf(columns, 100_000, 200_000)).toBeUndefined();
  });

  test('a limit within reach is in the picture, and one far off presses nothing flat', () => {
    expect(heightOf(60, 70, [80])[1]).toBeGreaterThan(80);
    expect(heightOf(20, 21, [80])[1]).toBeLessThan(22);
    const [bottom, top] = heightOf(5, 5, []);
    expect(bottom).toBeLessThan(5);
    expect(top).toBeGreaterThan(5);
  });
});
