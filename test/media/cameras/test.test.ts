import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { testCamera as kind, testCameraOptions } from '../../../src/media/cameras/test.ts';
import { readStrip } from '../../../src/media/cameras/test-picture.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { until } from '../ready.ts';

const small = testCameraOptions.parse({ width: 320, height: 180 });

testCamera('test', () => kind.open(small));

test('its frames are numbered without gaps and tell when they were drawn', async () => {
  const source = kind.open(small);
  const startMs = Date.now();
  const told = collect(source);
  await until('thirty frames', () => told.frames.length >= 30);
  await source.stop();
  const readings = told.frames.map(({ data }) => readStrip((x, y) => data[y * 320 + x] ?? 0, 320, 180));
  const numbers = readings.map((reading) => reading?.frame ?? -1);
  expect(numbers[0]).toBe(0);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  const offsetMs = Date.now() - systemClock.now();
  for (const [index, frame] of told.frames.entries()) {
    const reading = readings[index];
    expect(reading?.wallMs).toBeGreaterThanOrEqual(startMs);
    // One moment on two clocks; both are read within the same turn of the event loop.
    expect(Math.abs((reading?.wallMs ?? 0) - frame.captureMs - offsetMs)).toBeLessThan(50);
  }
});

test('options that are not possible are refused, others filled in', () => {
  expect(testCameraOptions.parse({})).toEqual({
    width: 1280,
    height: 720,
    frameRate: 30,
    caption: 'VEDETTE',
  });
  expect(testCameraOptions.safeParse({ width: 321 }).success).toBe(false);
  expect(testCameraOptions.safeParse({ frameRate: 0 }).success).toBe(false);
  expect(testCameraOptions.safeParse({ rate: 30 }).success).toBe(false);
});
