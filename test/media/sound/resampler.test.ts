import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resampler } from '../../../src/media/sound/resampler.ts';
import { sine, strength } from './goertzel.ts';

function resample(input: Int16Array, step: number): Int16Array {
  const resampler = new Resampler(960 * 4);
  const out: number[] = [];
  const block = new Int16Array(480);
  for (let at = 0; at < input.length; at += 960) {
    resampler.write(input.subarray(at, at + 960));
    while (resampler.holds(block.length, step)) {
      resampler.read(block, step);
      out.push(...block);
    }
  }
  return Int16Array.from(out);
}

test('at step 1 every sample comes out as it went in', () => {
  fc.assert(
    fc.property(fc.int16Array({ minLength: 2000, maxLength: 4000 }), (input) => {
      const out = resample(input, 1);
      expect(out.length).toBeGreaterThan(input.length - 485);
      expect(out).toEqual(input.slice(0, out.length));
    }),
    { numRuns: 20 },
  );
});

test.each([0.995, 0.9998, 1.0002, 1.005])('at step %f a tone is %f times as high and as strong', (step) => {
  const out = resample(sine(2000, 48_000), step);
  expect(Math.abs(out.length - 48_000 / step)).toBeLessThan(490);
  expect(strength(out, 2000 * step)).toBeGreaterThan(0.99 * 8000);
  // What interpolation adds lies 60 dB below the tone.
  const t = Math.max(...[600, 1300, 5000, 9000].map((frequency) => strength(out, frequency)));
  expect(t).toBeLessThan(8);
});

test('more than fits is left out, never written elsewhere', () => {
  const resampler = new Resampler(960);
  for (let i = 0; i < 100; i++) resampler.write(new Int16Array(960).fill(i));
  const out = new Int16Array(960);
  expect(resampler.holds(960, 1)).toBe(true);
  resampler.read(out, 1);
  expect(new Set(out)).toEqual(new Set([0]));
});
