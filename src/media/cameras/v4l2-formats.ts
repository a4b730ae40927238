import type { NativeEncoding } from '../frame.ts';

/** What a driver takes between two bounds; `step` 0 means any value. A single value has `min` = `max`. */
export interface Span {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** One frame size (or a range of them) and the frame rates offered at it. */
export interface OfferedSize {
  readonly width: Span;
  readonly height: Span;
  /** Frames a second; empty where the listing does not say. */
  readonly rates: readonly Span[];
}

/** One pixel format a driver offers, of those that Vedette can read. */
export interface OfferedFormat {
  readonly encoding: NativeEncoding;
  /** What `ffmpeg -input_format` calls it: a codec or a pixel format. */
  readonly name: string;
  readonly sizes: readonly OfferedSize[];
}

/**
 * V4L2's four characters (linux/videodev2.h) to ffmpeg's name and our encoding. What is missing here ffmpeg cannot
 * read, or reads with wrong colours (YV12).
 */
const knownFormats: Readonly<Record<string, readonly [name: string, encoding: NativeEncoding]>> = {
  H264: ['h264', 'h264'],
  MJPG: ['mjpeg', 'mjpeg'],
  JPEG: ['mjpeg', 'mjpeg'],
  YU12: ['yuv420p', 'raw'],
  NV12: ['nv12', 'raw'],
  YUYV: ['yuyv422', 'raw'],
  UYVY: ['uyvy422', 'raw'],
  '422P': ['yuv422p', 'raw'],
  RGB3: ['rgb24', 'raw'],
  BGR3: ['bgr24', 'raw'],
  GREY: ['gray', 'raw'],
};

const encodingOfName = new Map(Object.values(knownFormats));

const one = (value: number): Span => ({ min: value, max: value, step: 0 });

/**
 * Reads `v4l2-ctl --list-formats-ext`. Total: a line it does not know is passed over.
 *
 *     [1]: 'MJPG' (Motion-JPEG, compressed)
 *             Size: Discrete 1280x720
 *                     Interval: Discrete 0.033s (30.000 fps)
 *             Size: Stepwise 32x32 - 1920x1080 with step 2/2
 *                     Interval: Stepwise 0.011s - 1.000s with step 0.001s (1.000-90.000 fps)
 */
export function parseV4l2CtlFormats(text: string): OfferedFormat[] {
  const formats: { name: string; encoding: NativeEncoding; sizes: OfferedSize[] }[] = [];
  let sizes: OfferedSize[] | undefined;
  let rates: Span[] | undefined;
  for (const line of text.split('\n')) {
    const format = /^\s*\[\d+\]: '([^']*)'/.exec(line);
    if (format) {
      const known = knownFormats[(format[1] ?? '').trim()];
      sizes = known ? [] : undefined;
      rates = undefined;
      if (known && sizes) formats.push({ name: known[0], encoding: known[1], sizes });
      continue;
    }
    const size = /^\s*Size: \w+ (\d+)x(\d+)(?: - (\d+)x(\d+)(?: with step (\d+)\/(\d+))?)?/.exec(line);
    if (size && sizes) {
      rates = [];
      const [width, height, maxWidth, maxHeight, stepX, stepY] = size.slice(1).map(numberOf);
      sizes.push({
        width: { min: width ?? 0, max: maxWidth ?? width ?? 0, step: stepX ?? 0 },
        height: { min: height ?? 0, max: maxHeight ?? height ?? 0, step: stepY ?? 0 },
        rates,
      });
      continue;
    }
    const rate = /^\s*Interval: \w+ .*\((\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))? fps\)/.exec(line);
    if (rate && rates) {
      const min = Number(rate[1]);
      rates.push({ min, max: numberOf(rate[2]) ?? min, step: 0 });
    }
  }
  return formats.filter((format) => format.sizes.length > 0);
}

/**
 * Reads what `ffmpeg -f v4l2 -list_formats all` writes to stderr: sizes without rates, for machines that have no
 * `v4l2-ctl`. Total.
 *
 *     [video4linux2,v4l2 @ 0x55] Raw       :     yuyv422 :           YUYV 4:2:2 : 320x180 640x360
 *     [video4linux2,v4l2 @ 0x55] Compressed:        h264 :                H.264 : {32-1920, 2}x{32-1080, 2}
 */
export function parseFfmpegFormats(text: string): OfferedFormat[] {
  const formats: OfferedFormat[] = [];
  for (const line of text.split('\n')) {
    const parts = /\] (?:Raw {7}|Compressed): +(\w+) : (.+) : (.*)$/.exec(line);
    const [, name = '', description = '', list = ''] = parts ?? [];
    const encoding = encodingOfName.get(name);
    // ffmpeg calls V4L2's YV12 `yuv420p` as well, and would swap its blue and red.
    if (encoding === undefined || description.includes('YVU')) continue;
    const sizes = [...list.matchAll(/(\d+)x(\d+)/g)].map(
      ([, width, height]): OfferedSize => ({
        width: one(Number(width)),
        height: one(Number(height)),
        rates: [],
      }),
    );
    for (const range of list.matchAll(/\{(\d+)-(\d+), (\d+)\}x\{(\d+)-(\d+), (\d+)\}/g)) {
      const [minX = 0, maxX = 0, stepX = 0, minY = 0, maxY = 0, stepY = 0] = range.slice(1).map(Number);
      sizes.push({
        width: { min: minX, max: maxX, step: stepX },
        height: { min: minY, max: maxY, step: stepY },
        rates: [],
      });
    }
    if (sizes.length > 0) formats.push({ name, encoding, sizes });
  }
  return formats;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
