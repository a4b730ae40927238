import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { EncoderTimes } from '../../src/media/encoder-times.ts';

const capture = fc.double({ min: 0, max: 1e10, noNaN: true });

test('each frame gets its exact capture time back, and is odd exactly where a keyframe is wanted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(capture, fc.boolean()), { maxLength: 50 }), (frames) => {
      const times = new EncoderTimes(true);
      let last = -1;
      for (const [captureMs, keyframe] of frames) {
        const pts = times.enter(captureMs as MonotonicMs, keyframe);
        expect(pts).toBeGreaterThan(last);
        expect(pts % 2 === 1).toBe(keyframe);
        last = pts;
        expect(times.leave(pts)).toBe(captureMs);
        expect(times.inside).toBe(0);
      }
    }),
  );
});

test('frames that never come out are forgotten when a later one does', () => {
  const times = new EncoderTimes(true);
  const entered = [0, 33, 66, 99].map((at) => times.enter(at as MonotonicMs, false));
  expect(times.oldestMs).toBe(0);
  expect(times.leave(entered[2] ?? 0)).toBe(66);
  expect(times.inside).toBe(1);
  expect(times.oldestMs).toBe(99);
});

test('an encoder that gives nothing back costs no memory', () => {
  const times = new EncoderTimes(true);
  for (let frame = 0; frame < 10_000; frame += 1) times.enter((frame * 33) as MonotonicMs, false);
  expect(times.inside).toBeLessThanOrEqual(256);
});

test('frames in decoding order come out in the order of their capture', () => {
  const times = new EncoderTimes(false);
  const [i, p, b] = [0, 66, 33].map((at) => times.enter(at as MonotonicMs, false));
  expect(times.leave(i ?? 0)).toBe(0);
  expect(times.leave(b ?? 0)).toBe(33);
  expect(times.leave(p ?? 0)).toBe(66);
});
