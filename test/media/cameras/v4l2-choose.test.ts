import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseFormat, type FormatWish } from '../../../src/media/cameras/v4l2-choose.ts';
import type { OfferedFormat } from '../../../src/media/cameras/v4l2-formats.ts';

const one = (value: number) => ({ min: value, max: value, step: 0 });
const offer = (
  name: string,
  ...sizes: [width: number, height: number, ...rates: number[]][]
): OfferedFormat => ({
  name,
  encoding: name === 'h264' || name === 'mjpeg' ? name : 'raw',
  sizes: sizes.map(([width, height, ...rates]) => ({
    width: one(width),
    height: one(height),
    rates: rates.map(one),
  })),
});
const wish: FormatWish = { width: 1280, height: 720, frameRate: 30, format: 'auto' };

test('H.264 is preferred to MJPEG, and MJPEG to raw, where all meet the wish', () => {
  const all = [
    offer('yuyv422', [1280, 720, 30]),
    offer('mjpeg', [1280, 720, 30]),
    offer('h264', [1280, 720, 30]),
  ];
  expect(chooseFormat(all, wish)?.inputFormat).toBe('h264');
  expect(chooseFormat(all.slice(0, 2), wish)?.inputFormat).toBe('mjpeg');
  expect(chooseFormat(all.slice(0, 1), wish)).toEqual({
    encoding: 'raw',
    pixelFormat: 'yuyv422',
    inputFormat: 'yuyv422',
    width: 1280,
    height: 720,
    frameRate: 30,
  });
});

test('a usual webcam gives 720p at 30 as MJPEG, for its raw pictures come at 10', () => {
  const webcam = [
    offer('yuyv422', [640, 480, 30, 15], [1280, 720, 10, 5]),
    offer('mjpeg', [640, 480, 30], [1280, 720, 30, 15], [1920, 1080, 30]),
  ];
  expect(chooseFormat(webcam, wish)).toMatchObject({ inputFormat: 'mjpeg', width: 1280, frameRate: 30 });
});

test('a wrong size costs more than a less liked format', () => {
  const both = [offer('h264', [320, 240, 30]), offer('yuyv422', [1280, 720, 30])];
  expect(chooseFormat(both, wish)?.inputFormat).toBe('yuyv422');
});

test('a smaller size at full rate is preferred to the wished one at a sixth of it', () => {
  const raw = [offer('yuyv422', [960, 540, 30], [1280, 720, 5])];
  expect(chooseFormat(raw, wish)).toMatchObject({ width: 960, frameRate: 30 });
});

test('of raw formats, the one that encoders take as it is', () => {
  const raw = [offer('yuyv422', [1280, 720, 30]), offer('yuv420p', [1280, 720, 30])];
  expect(chooseFormat(raw, wish)?.pixelFormat).toBe('yuv420p');
});

test('29.97 frames a second are 30', () => {
  const both = [offer('h264', [1280, 720, 29.97]), offer('mjpeg', [1280, 720, 30])];
  expect(chooseFormat(both, wish)).toMatchObject({ inputFormat: 'h264', frameRate: 29.97 });
});

test('a range of sizes is met exactly, within its steps', () => {
  const range: OfferedFormat = {
    name: 'h264',
    encoding: 'h264',
    sizes: [
      {
        width: { min: 32, max: 1920, step: 2 },
        height: { min: 32, max: 1080, step: 2 },
        rates: [{ min: 1, max: 90, step: 0 }],
      },
    ],
  };
  expect(chooseFormat([range], { ...wish, width: 1001, height: 563, frameRate: 25 })).toMatchObject({
    width: 1000,
    height: 562,
    frameRate: 25,
  });
});

test('a wished format or encoding is the only one considered', () => {
  const all = [offer('h264', [1280, 720, 30]), offer('yuyv422', [320, 240, 30])];
  expect(chooseFormat(all, { ...wish, format: 'raw' })?.inputFormat).toBe('yuyv422');
  expect(chooseFormat(all, { ...wish, format: 'yuyv422' })?.inputFormat).toBe('yuyv422');
  expect(chooseFormat(all, { ...wish, format: 'mjpeg' })).toBeUndefined();
  expect(chooseFormat([], wish)).toBeUndefined();
});

test('whatever is offered, the choice is one of the offers', () => {
  const dimension = fc.integer({ min: 16, max: 4096 });
  const size = fc.tuple(dimension, dimension, fc.integer({ min: 1, max: 240 }));
  const name = fc.constantFrom('h264', 'mjpeg', 'yuyv422', 'yuv420p', 'gray');
  const offers = fc.array(
    fc.tuple(name, fc.array(size, { minLength: 1, maxLength: 5 })).map(([n, sizes]) => offer(n, ...sizes)),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(offers, size, (all, [width, height, frameRate]) => {
      const chosen = chooseFormat(all, { width, height, frameRate, format: 'auto' });
      const offered = all
        .filter((format) => format.name === chosen?.inputFormat)
        .flatMap((format) => format.sizes)
        .some(
          (s) =>
            s.width.min === chosen?.width &&
            s.height.min === chosen?.height &&
            s.rates[0]?.min === chosen?.frameRate,
        );
      expect(offered).toBe(true);
    }),
  );
});
