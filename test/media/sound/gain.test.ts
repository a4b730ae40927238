import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amplitude, applyGain } from '../../../src/media/sound/gain.ts';

test('gain multiplies, and only what leaves 16 bits is held at their edge', () => {
  fc.assert(
    fc.property(
      fc.int16Array({ maxLength: 960 }),
      fc.double({ min: -40, max: 40, noNaN: true }),
      (samples, db) => {
        const before = samples.slice();
        applyGain(samples, amplitude(db));
        for (const [i, value] of before.entries()) {
          const exact = value * amplitude(db);
          if (exact > 32_767) expect(samples[i]).toBe(32_767);
          else if (exact < -32_768) expect(samples[i]).toBe(-32_768);
          else expect(Math.abs(samples[i]! - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
        }
      },
    ),
  );
});

test('6 dB are twice as much, 0 dB change nothing', () => {
  expect(amplitude(6)).toBeCloseTo(2, 1);
  const samples = Int16Array.of(1, -32_768, 32_767);
  applyGain(samples, amplitude(0));
  expect([...samples]).toEqual([1, -32_768, 32_767]);
});
