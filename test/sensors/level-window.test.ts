import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LevelWindow } from '../../src/sensors/level-window.ts';

const block = (rmsDb: number, peakDb = rmsDb) => ({ rmsDb, peakDb });
const run = (window: LevelWindow, levels: readonly { rmsDb: number; peakDb: number }[]) =>
  levels.map((level, i) => window.take(level, 1_000 + i * 20));

test('a window says once what was in it', () => {
  const values = run(new LevelWindow(100, 'rms'), new Array(15).fill(block(-20)));
  expect(values.map((value) => value !== undefined)).toEqual(
    Array.from({ length: 15 }, (_, i) => i % 5 === 4),
  );
  expect(values[4]).toBeCloseTo(-20, 6);
});

test('power is averaged, not decibels; the highest peak is kept', () => {
  const loudOnce = [block(-10, -1), ...new Array(9).fill(block(-96))];
  expect(run(new LevelWindow(200, 'rms'), loudOnce).at(-1)).toBeCloseTo(-20, 1);
  expect(run(new LevelWindow(200, 'peak'), loudOnce).at(-1)).toBe(-1);
});

test('whatever comes, a level is between silence and full scale', () => {
  const db = fc.double({ min: -96, max: 3, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(db, db)),
      fc.constantFrom('rms' as const, 'peak' as const),
      (levels, measure) => {
        const values = run(
          new LevelWindow(40, measure),
          levels.map(([rmsDb, peakDb]) => block(rmsDb, peakDb)),
        );
        for (const value of values) if (value !== undefined) expect(value >= -96 && value <= 0).toBe(true);
      },
    ),
  );
});
