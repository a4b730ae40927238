import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import type { VedetteError } from '../../src/errors.ts';
import type { CameraSink, CameraSource } from '../../src/media/cameras/kind.ts';
import { masked } from '../../src/media/cameras/masked.ts';
import type { NativeFormat, NativeFrame } from '../../src/media/frame.ts';
import { blacken, boxOf } from '../../src/media/masks.ts';
import { encodedPictures } from '../records/encoded.ts';
import { children, until } from './ready.ts';

const run = promisify(execFile);
const size = { width: 160, height: 120 };
const mask = { left: 0.25, top: 0.5, width: 0.25, height: 0.5 };
const filter = 'drawbox=x=40:y=60:w=40:h=60:color=black:t=fill';

const white = (format: string, ...filters: readonly string[]) =>
  run(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'color=white:size=160x120', '-frames:v', '1'],
      ...['-vf', [`format=${format}`, ...filters].join(','), '-c:v', 'rawvideo', '-f', 'rawvideo', '-'],
    ],
    { encoding: 'buffer' },
  ).then(({ stdout }) => new Uint8Array(stdout));

test.each(['yuv420p', 'yuv422p', 'nv12', 'nv21', 'yuyv422', 'uyvy422', 'rgb24'])(
  'a mask covers a picture of %s exactly where ffmpeg would',
  async (pixelFormat) => {
    const format: NativeFormat = { encoding: 'raw', pixelFormat, ...size, frameRate: 10 };
    const packed = pixelFormat === 'yuyv422' || pixelFormat === 'uyvy422';
    const given = await white(pixelFormat);
    const covered = blacken(given, format, [boxOf(mask, format)]);
    // ffmpeg draws no boxes on packed pictures: there the planar one is drawn on, and packed.
    const expected = packed
      ? await white('yuv422p', filter, `format=${pixelFormat}`)
      : await white(pixelFormat, filter);
    expect(Buffer.from(covered!).equals(expected)).toBe(true);
    expect(Buffer.from(given).equals(expected)).toBe(false);
  },
);

test('a mask grows to even edges and ends with the picture', () => {
  expect(boxOf({ left: 0.1, top: 0.1, width: 0.3, height: 2 }, { width: 35, height: 33 })).toEqual({
    left: 2,
    top: 2,
    width: 12,
    height: 31,
  });
});

test('a picture that is cut short is not shown at all', () => {
  const format: NativeFormat = { encoding: 'raw', pixelFormat: 'yuv420p', ...size, frameRate: 10 };
  expect(blacken(new Uint8Array(1_000), format, [boxOf(mask, format)])).toBeUndefined();
});

/** Gives frames as fast as they are asked for. */
class GivenSource implements CameraSource {
  sink: CameraSink | undefined;
  stopped = false;
  start(sink: CameraSink): void {
    this.sink = sink;
  }
  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}

async function jpegs(count: number): Promise<NativeFrame[]> {
  const { stdout } = await run(
    'ffmpeg',
    [
      ...[
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'color=white:size=160x120',
        '-frames:v',
        '1',
        '-pix_fmt',
        'yuvj420p',
      ],
      ...['-f', 'mjpeg', '-'],
    ],
    { encoding: 'buffer' },
  );
  const data = new Uint8Array(stdout);
  return Array.from({ length: count }, (_, index) => ({
    data,
    keyframe: true,
    captureMs: (index * 100 + 0.25) as MonotonicMs,
  }));
}

const encodings = {
  mjpeg: () => jpegs(20),
  h264: async () => (await encodedPictures('H264', 4)).map(({ codec: _, ...frame }) => frame),
};

test.each(Object.keys(encodings) as (keyof typeof encodings)[])(
  'no picture of a camera that gives %s leaves uncovered, and each keeps its time',
  async (encoding) => {
    const given = await encodings[encoding]();
    const source = new GivenSource();
    const camera = masked(source, [mask]);
    const formats: NativeFormat[] = [];
    const frames: NativeFrame[] = [];
    const ended: VedetteError[] = [];
    camera.start({
      format: (format) => formats.push(format),
      frame: (frame) => frames.push(frame),
      ended: (reason) => ended.push(reason),
    });
    source.sink?.format({ encoding, ...size, frameRate: 10 });
    // Its parser gives a frame when it sees the next one begin; a decoder of H.264 may hold back sixteen more.
    const held = encoding === 'mjpeg' ? 1 : 17;
    const all = given.slice(0, -held);
    const seen = (count: number) => () => frames.length >= count || ended.length > 0;
    for (const [index, frame] of given.entries()) {
      source.sink?.frame(frame);
      // A camera waits for no one; but none is to be left out here.
      await until(`picture ${index - held}`, seen(index - held), 25_000);
    }
    await until('the last', seen(all.length), 25_000);
    frames.length = all.length;
    expect(ended).toEqual([]);
    expect(formats).toEqual([{ encoding: 'raw', pixelFormat: 'yuv420p', ...size, frameRate: 10 }]);
    expect(frames.map(({ captureMs }) => captureMs)).toEqual(all.map(({ captureMs }) => captureMs));
    for (const { data } of frames) {
      expect(data.length).toBe((160 * 120 * 3) / 2);
      for (let y = 60; y < 120; y += 1)
        expect(data.subarray(y * 160 + 40, y * 160 + 80).every((sample) => sample === 16)).toBe(true);
      expect(data.subarray(0, 160 * 60).some((sample) => sample > 100)).toBe(true);
    }
    await camera.stop();
    expect(source.stopped).toBe(true);
    expect(children('ffmpeg')).toEqual([]);
  },
);

test('a camera whose pictures cannot be covered ends, and gives none', async () => {
  const source = new GivenSource();
  const camera = masked(source, [mask]);
  const frames: NativeFrame[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<VedetteError>();
  camera.start({ format: () => {}, frame: (frame) => frames.push(frame), ended: resolve });
  source.sink?.format({ encoding: 'mjpeg', ...size, frameRate: 10 });
  const pid = children('ffmpeg').at(-1);
  process.kill(pid!, 'SIGKILL');
  expect((await ended).code).toBe('encoder/ended');
  for (const frame of await jpegs(1)) source.sink?.frame(frame);
  expect(frames).toEqual([]);
  await camera.stop();
});
