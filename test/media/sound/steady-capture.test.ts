import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../../src/clock.ts';
import { SteadyCapture } from '../../../src/media/sound/steady-capture.ts';

/** A card whose crystal is off by `ppm`, that hands over `chunk` samples at a time. */
function capture(ppm: number, minutes: number, chunk = 960) {
  const steady = new SteadyCapture();
  const times: number[] = [];
  const samples = new Int16Array(chunk);
  const rate = 48 * (1 + ppm / 1e6);
  let now = 0;
  for (let sent = chunk; sent < minutes * 60_000 * rate; sent += chunk) {
    now = 1000 + sent / rate;
    steady.push(samples, now as MonotonicMs, ({ captureMs }) => times.push(captureMs));
  }
  return { times, now };
}

test.each([
  [0, 1],
  [200, 60],
  [-200, 5],
])('a card %i ppm off gives steps of exactly 20 ms that are right after %i minutes', (ppm, minutes) => {
  const { times, now } = capture(ppm, minutes);
  expect(times.every((time, i) => i === 0 || Math.abs(time - times[i - 1]! - 20) < 1e-6)).toBe(true);
  expect(times[0]).toBeCloseTo(1000, 1);
  // The last block was just finished: its first sample is 20 ms old, and up to one block waits.
  expect(now - times.at(-1)!).toBeGreaterThan(15);
  expect(now - times.at(-1)!).toBeLessThan(45);
});

test('after a gap the sound that follows has its own time', () => {
  const steady = new SteadyCapture();
  const times: number[] = [];
  const give = ({ captureMs }: { captureMs: number }) => times.push(captureMs);
  for (let i = 1; i <= 50; i++) steady.push(new Int16Array(960), (i * 20) as MonotonicMs, give);
  for (let i = 1; i <= 50; i++) steady.push(new Int16Array(960), (3000 + i * 20) as MonotonicMs, give);
  expect(times[0]).toBeCloseTo(0, 3);
  const first = times.find((time) => time > 1000)!;
  expect(first).toBeGreaterThan(2970);
  expect(first).toBeLessThan(3030);
});

test('whatever the sizes of chunks, no sample is lost or doubled', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 100 }), (chunks) => {
      const steady = new SteadyCapture();
      const heard: number[] = [];
      let total = 0;
      for (const chunk of chunks) {
        const samples = Int16Array.from({ length: chunk }, (_, i) => (total + i) % 30_000);
        total += chunk;
        // Exactly on time, so that nothing is stretched.
        steady.push(samples, (total / 48) as MonotonicMs, (block) => heard.push(...block.samples));
      }
      expect(heard.length).toBeGreaterThan(total - 2 * 960);
      expect(heard.every((value, i) => value === i % 30_000)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
