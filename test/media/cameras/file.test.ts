import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fileCamera } from '../../../src/media/cameras/file.ts';
import type { CameraSource } from '../../../src/media/cameras/kind.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { until } from '../ready.ts';

let folder = '';
let source: CameraSource | undefined;
const frames = 20;
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vedette-file-'));
  const make = (name: string, codec: string) => {
    const input = `-v error -f lavfi -i testsrc=size=160x90:rate=20 -frames:v ${frames}`;
    execFileSync('ffmpeg', [...`${input} ${codec}`.split(' '), at(name)]);
  };
  make('baseline.mp4', '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 10');
  // A name that would end a quotation.
  make("jpeg, it's.avi", '-c:v mjpeg -pix_fmt yuvj420p');
  make('vp8.webm', '-c:v libvpx -deadline realtime');
  await writeFile(at('text.mp4'), 'this is no video');
});
afterEach(async () => source?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (name: string, more: Record<string, unknown> = {}) =>
  fileCamera.open(fileCamera.options.parse({ path: at(name), ...more }));

testCamera('file', () => open('baseline.mp4'));

const first = async (opened: CameraSource) => {
  source = opened;
  const told = collect(opened);
  await until('a frame or the end', () => told.frames.length > 0 || told.ended.length > 0);
  return told;
};

test('H.264 is passed through with start codes, parameter sets at each keyframe', async () => {
  const told = await first(open('baseline.mp4'));
  expect(told.formats[0]).toEqual({ encoding: 'h264', width: 160, height: 90, frameRate: 20 });
  const [keyframe] = told.frames;
  expect(keyframe?.keyframe).toBe(true);
  // A start code, and a sequence parameter set behind it.
  expect([...keyframe!.data.subarray(0, 5)]).toEqual([0, 0, 0, 1, 0x67]);
});

test('MJPEG is passed through', async () => {
  const told = await first(open("jpeg, it's.avi"));
  expect(told.formats[0]).toEqual({ encoding: 'mjpeg', width: 160, height: 90, frameRate: 20 });
});

test('anything else is decoded', async () => {
  const told = await first(open('vp8.webm'));
  expect(told.ended).toEqual([]);
  expect(told.formats).toHaveLength(1);
  expect(told.formats[0]).toMatchObject({ encoding: 'raw', pixelFormat: 'yuv420p', width: 160, height: 90 });
});

test('it goes on at its end, in real time, and its times go on too', async () => {
  const told = await first(open('baseline.mp4'));
  await until('the third time round', () => told.frames.length > 2 * frames + 5);
  expect(told.ended).toEqual([]);
  const times = told.frames.map((frame) => frame.captureMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  // 45 frames at 20 a second take 2.2 s: not read as fast as the disk gives them.
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(1_500);
});

test('a turned picture is decoded and turned', async () => {
  const told = await first(open('baseline.mp4', { rotate: 90, flip: 'vertical' }));
  expect(told.formats[0]).toMatchObject({ encoding: 'raw', width: 90, height: 160 });
});

test('a file that is not there, or is no video, is named', async () => {
  expect((await first(open('nothing.mp4'))).ended[0]?.code).toBe('camera/file-missing');
  const text = await first(open('text.mp4'));
  expect(text.ended[0]?.code).toBe('camera/ended');
  expect(text.ended[0]?.message).toContain('text.mp4');
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is named', async () => {
  await chmod(at('text.mp4'), 0);
  expect((await first(open('text.mp4'))).ended[0]?.code).toBe('camera/file-denied');
});
