import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { CaptureTimes } from '../../src/media/capture-times.ts';

const ms = (value: number) => value as MonotonicMs;

test('timestamps on our own clock are taken as they are', () => {
  const times = new CaptureTimes('monotonic');
  expect(times.map(5_000_000, ms(5_000_012))).toBe(5_000_000);
  expect(times.map(5_000_033, ms(5_000_070))).toBe(5_000_033);
});

test('a driver that stamps on another clock is noticed', () => {
  const times = new CaptureTimes('monotonic');
  expect(times.map(1_795_486_702_054, ms(5_000_000))).toBe(5_000_000);
  expect(times.map(1_795_486_702_087, ms(5_000_040))).toBeCloseTo(5_000_033, 0);
});

test('a burst at the start is told apart from a late start', () => {
  const times = new CaptureTimes('arrival');
  // A second of frames at once, as servers give to newcomers: the newest of them was captured just now.
  for (let frame = 0; frame <= 30; frame += 1) times.map((frame * 1000) / 30, ms(9000 + frame));
  const next = times.map((31 * 1000) / 30, ms(9063));
  expect(9063 - next).toBeLessThan(35);
});

test('times that begin anew are anchored anew', () => {
  const times = new CaptureTimes('arrival');
  times.map(60_000, ms(100_000));
  expect(times.map(0, ms(100_040))).toBe(100_040);
});

test('no frame is captured after it arrived, and none at or before the one before', () => {
  const jitter = fc.array(fc.tuple(fc.integer({ min: 5, max: 200 }), fc.nat(300)), { maxLength: 100 });
  fc.assert(
    fc.property(jitter, fc.double({ min: 0.999, max: 1.001, noNaN: true }), (frames, skew) => {
      const times = new CaptureTimes('arrival');
      let [sourceMs, arrivalMs, lastMs] = [0, 0, Number.NEGATIVE_INFINITY];
      for (const [stepMs, delayMs] of frames) {
        sourceMs += stepMs;
        arrivalMs = Math.max(arrivalMs + 1, sourceMs * skew + delayMs);
        const capturedMs = times.map(sourceMs, ms(arrivalMs));
        expect(capturedMs).toBeGreaterThan(lastMs);
        expect(capturedMs).toBeLessThanOrEqual(arrivalMs + 0.001);
        lastMs = capturedMs;
      }
    }),
  );
});

test('clocks that run apart by 200 ppm do not drift apart in an hour', () => {
  const times = new CaptureTimes('arrival');
  for (const skew of [1.0002, 0.9998]) {
    let lag = 0;
    for (let frame = 0; frame < 36_000; frame += 1) {
      const arrivalMs = ms(1e6 * skew + frame * 100);
      lag = arrivalMs - times.map(frame * 100 * skew, arrivalMs);
    }
    expect(lag).toBeLessThan(1);
  }
});
