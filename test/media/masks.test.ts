import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
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

const sizes = [size, { width: 320, height: 240 }, { width: 80, height: 60 }, { width: 120, height: 160 }];
const pixelFormats = ['yuv420p', 'yuv422p', 'nv12', 'nv21', 'yuyv422', 'uyvy422', 'rgb24'];

/** White pictures by ffmpeg, of one run: starting it takes longer than all of them. */
const white = new Map<string, Uint8Array>();
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-masks-'));
  const filters = new Map<string, string>();
  for (const pixelFormat of pixelFormats) {
    // ffmpeg draws no boxes on packed pictures: there the planar one is drawn on, and packed.
    const planar = pixelFormat === 'yuyv422' || pixelFormat === 'uyvy422' ? 'yuv422p' : pixelFormat;
    filters.set(`${pixelFormat}.raw`, `format=${pixelFormat}`);
    filters.set(`${pixelFormat}-covered.raw`, `format=${planar},${filter},format=${pixelFormat}`);
  }
  for (const { width, height } of sizes)
    filters.set(`${width}x${height}.jpeg`, `scale=${width}:${height},format=yuvj420p`);
  const outputs = [...filters].flatMap(([name, of]) => [
    ...['-frames:v', '1', '-vf', of, '-c:v', name.endsWith('raw') ? 'rawvideo' : 'mjpeg'],
    ...['-f', name.endsWith('raw') ? 'rawvideo' : 'mjpeg', join(folder, name)],
  ]);
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=white:size=160x120', ...outputs]);
  for (const name of filters.keys()) white.set(name, new Uint8Array(await readFile(join(folder, name))));
  await rm(folder, { recursive: true });
});

test.each(pixelFormats)('a mask covers a picture of %s exactly where ffmpeg would', (pixelFormat) => {
  const format: NativeFormat = { encoding: 'raw', pixelFormat, ...size, frameRate: 10 };
  const given = white.get(`${pixelFormat}.raw`)!;
  const expected = white.get(`${pixelFormat}-covered.raw`)!;
  const covered = blacken(given, format, [boxOf(mask, format)]);
  expect(Buffer.from(covered!).equals(expected)).toBe(true);
  expect(Buffer.from(given).equals(expected)).toBe(false);
});

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

/** White pictures of these sizes, 100 ms apart. */
function jpegs(of: readonly { readonly width: number; readonly height: number }[]): NativeFrame[] {
  return of.map(({ width, height }, index) => ({
    data: white.get(`${width}x${height}.jpeg`)!,
    keyframe: true,
    captureMs: (index * 100 + 0.25) as MonotonicMs,
  }));
}

/** Whether what lies under the mask is black, and all of the rest is not. */
function isCovered(data: Uint8Array): boolean {
  const luma = data.subarray(0, size.width * size.height);
  return luma.every((sample, index) => {
    const [x, y] = [index % size.width, Math.floor(index / size.width)];
    return x >= 40 && x < 80 && y >= 60 ? sample === 16 : sample > 100;
  });
}

const encodings = {
  mjpeg: () => Promise.resolve(jpegs(Array(20).fill(size))),
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

test('pictures of a camera that changes their size are covered where the others are, and have the size it told', async () => {
  const given = jpegs([...sizes, size, size].flatMap((each) => [each, each]));
  const source = new GivenSource();
  const camera = masked(source, [mask]);
  const frames: NativeFrame[] = [];
  const ended: VedetteError[] = [];
  camera.start({
    format: () => {},
    frame: (frame) => frames.push(frame),
    ended: (reason) => ended.push(reason),
  });
  source.sink?.format({ encoding: 'mjpeg', ...size, frameRate: 10 });
  for (const [index, frame] of given.entries()) {
    source.sink?.frame(frame);
    await until(`picture ${index - 1}`, () => frames.length >= index || ended.length > 0);
  }
  expect(ended).toEqual([]);
  expect(frames.map(({ data }) => data.length)).toEqual(frames.map(() => (160 * 120 * 3) / 2));
  expect(frames.map(({ data }) => isCovered(data))).toEqual(frames.map(() => true));
  await camera.stop();
});

test('a camera whose pictures cannot be covered ends, and gives none', async () => {
  const source = new GivenSource();
  const camera = masked(source, [mask]);
  const frames: NativeFrame[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<VedetteError>();
  const before = new Set(children());
  camera.start({ format: () => {}, frame: (frame) => frames.push(frame), ended: resolve });
  source.sink?.format({ encoding: 'mjpeg', ...size, frameRate: 10 });
  // By its id, since a process bears its program's name only some time after its start.
  const [pid] = children().filter((each) => !before.has(each));
  process.kill(pid!, 'SIGKILL');
  expect((await ended).code).toBe('encoder/ended');
  for (const frame of jpegs([size])) source.sink?.frame(frame);
  expect(frames).toEqual([]);
  await camera.stop();
});
