import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockSamples } from '../../../src/media/frame.ts';
import { Ducker } from '../../../src/media/sound/duck.ts';

const loud = () => new Int16Array(blockSamples).fill(20_000);

/** Runs blocks of a constant through it; one character of `talk` is a block, `T` while somebody talks. */
function run(talk: string, ducker = new Ducker()): Int16Array {
  const out = new Int16Array(talk.length * blockSamples);
  for (const [i, char] of [...talk].entries()) {
    ducker.duck(char === 'T');
    const block = loud();
    ducker.process(block);
    out.set(block, i * blockSamples);
  }
  return out;
}

test('nobody talks: not a sample is changed', () => {
  expect(run('....').every((value) => value === 20_000)).toBe(true);
});

test('while somebody talks it is 20 dB down, from 10 ms on', () => {
  const out = run('.TTTT');
  expect(out.subarray(blockSamples + 481).every((value) => value === 2000)).toBe(true);
});

test('it stays down for 300 ms after the last word, and is back 100 ms later', () => {
  const out = run(`TT${'.'.repeat(30)}`);
  const end = 2 * blockSamples;
  expect(out.subarray(960, end + 14_400).every((value) => value === 2000)).toBe(true);
  expect(out[end + 14_400 + 2400]).toBeGreaterThan(2000);
  expect(out.subarray(end + 14_400 + 4801).every((value) => value === 20_000)).toBe(true);
});

test('a word within the hold keeps it down', () => {
  const out = run(`TT${'.'.repeat(10)}TT${'.'.repeat(10)}`);
  expect(out.subarray(960).every((value) => value === 2000)).toBe(true);
});

test('however people talk, sound only goes down, between 1 and 0.1, without a step that clicks', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('T', '.'), maxLength: 60 }), (talk) => {
      const out = run(talk);
      let last = 20_000;
      for (const value of out) {
        expect(value).toBeGreaterThanOrEqual(2000);
        expect(value).toBeLessThanOrEqual(20_000);
        // -20 dB in 10 ms is 37.5 a sample here; one of rounding.
        expect(Math.abs(value - last)).toBeLessThanOrEqual(39);
        last = value;
      }
    }),
    { numRuns: 20 },
  );
});
