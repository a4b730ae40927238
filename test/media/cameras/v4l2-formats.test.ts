import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFfmpegFormats, parseV4l2CtlFormats } from '../../../src/media/cameras/v4l2-formats.ts';

const recorded = (name: string) =>
  readFileSync(new URL(`../../../fixtures/v4l2/${name}`, import.meta.url), 'utf8');

/** Laid out as v4l2-ctl's source prints ranges; no device at hand gives them. */
const ranges = `ioctl: VIDIOC_ENUM_FMT
	Type: Video Capture

	[0]: 'H264' (H.264, compressed)
		Size: Stepwise 32x32 - 1920x1080 with step 2/2
			Interval: Stepwise 0.011s - 1.000s with step 0.001s (1.000-90.000 fps)
	[1]: 'MJPG' (Motion-JPEG, compressed)
		Size: Continuous 16x16 - 640x480
			Interval: Continuous 0.033s - 0.200s (5.000-30.000 fps)
`;

describe('v4l2-ctl', () => {
  test('a recorded listing gives each readable format with its sizes and rates', () => {
    const formats = parseV4l2CtlFormats(recorded('vivid.txt'));
    expect(formats.map((format) => format.name)).toEqual([
      'yuyv422',
      'uyvy422',
      'yuv422p',
      'yuv420p',
      'nv12',
    ]);
    const yuyv = formats[0]!;
    expect(yuyv.encoding).toBe('raw');
    expect(yuyv.sizes.map((size) => `${size.width.max}x${size.height.max}`)).toEqual([
      '320x180',
      '640x360',
      '640x480',
      '1280x720',
      '1920x1080',
      '3840x2160',
    ]);
    expect(yuyv.sizes[0]?.rates).toHaveLength(13);
    expect(yuyv.sizes[4]?.rates.at(-1)).toEqual({ min: 30, max: 30, step: 0 });
  });

  test('ranges of sizes and rates keep their bounds and steps', () => {
    const [h264, mjpeg] = parseV4l2CtlFormats(ranges);
    expect(h264).toEqual({
      encoding: 'h264',
      name: 'h264',
      sizes: [
        {
          width: { min: 32, max: 1920, step: 2 },
          height: { min: 32, max: 1080, step: 2 },
          rates: [{ min: 1, max: 90, step: 0 }],
        },
      ],
    });
    expect(mjpeg?.sizes[0]?.rates).toEqual([{ min: 5, max: 30, step: 0 }]);
  });

  test('no text makes it throw', () => {
    const line = fc.constantFrom(...ranges.split('\n'), ...recorded('vivid.txt').split('\n'));
    const text = fc.array(fc.oneof(line, fc.string()), { maxLength: 40 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, (found) => {
        for (const format of parseV4l2CtlFormats(found)) expect(format.sizes.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('ffmpeg', () => {
  test('a recorded listing gives the same formats and sizes, without rates', () => {
    const formats = parseFfmpegFormats(recorded('vivid-ffmpeg.txt'));
    const names = formats.map((format) => format.name);
    expect(names).toEqual(['yuyv422', 'uyvy422', 'yuv422p', 'yuv420p', 'nv12', 'gray', 'rgb24', 'bgr24']);
    expect(formats[0]?.sizes).toHaveLength(6);
    expect(formats[0]?.sizes[0]).toEqual({
      width: { min: 320, max: 320, step: 0 },
      height: { min: 180, max: 180, step: 0 },
      rates: [],
    });
  });

  test('compressed formats and ranges are read', () => {
    const line =
      '[video4linux2,v4l2 @ 0x55] Compressed:        h264 :      H.264 : {32-1920, 2}x{32-1080, 4}';
    expect(parseFfmpegFormats(line)).toEqual([
      {
        encoding: 'h264',
        name: 'h264',
        sizes: [
          { width: { min: 32, max: 1920, step: 2 }, height: { min: 32, max: 1080, step: 4 }, rates: [] },
        ],
      },
    ]);
  });

  test('no text makes it throw', () => {
    const line = fc.constantFrom(...recorded('vivid-ffmpeg.txt').split('\n'));
    const text = fc.array(fc.oneof(line, fc.string()), { maxLength: 20 }).map((lines) => lines.join('\n'));
    fc.assert(fc.property(text, (found) => void parseFfmpegFormats(found)));
  });
});
