import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CameraSource } from '../../../src/media/cameras/kind.ts';
import { rpicamArgs, rpicamCamera } from '../../../src/media/cameras/rpicam.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { until } from '../ready.ts';

/**
 * There is no Raspberry Pi here: a script named `rpicam-vid` plays a byte stream made by libx264 with the settings
 * that the real program is asked for. What this proves is our side of the pipe.
 */
let folder = '';
let source: CameraSource | undefined;
const at = (name: string) => path.join(folder, name);
const script = (name: string, lines: string) => writeFile(at(name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
const open = (options: Record<string, unknown> = {}) =>
  rpicamCamera.open(rpicamCamera.options.parse(options));

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vedette-rpicam-'));
  const settings = '-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -g 30';
  const input = '-v error -f lavfi -i testsrc=size=1280x720:rate=30 -frames:v 90 -pix_fmt yuv420p';
  execFileSync('ffmpeg', [
    ...`${input} ${settings} -x264-params repeat-headers=1`.split(' '),
    at('camera.h264'),
  ]);
});
beforeEach(async () => {
  const play = `ffmpeg -v error -re -f h264 -framerate 30 -i ${at('camera.h264')} -c copy -flush_packets 1 -f h264 -`;
  await rm(at('libcamera-vid'), { force: true });
  await script('rpicam-vid', `echo "$@" >${at('arguments')}\nexec ${play}`);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
});
afterEach(async () => {
  await source?.stop();
  vi.unstubAllEnvs();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

testCamera('rpicam', () => open());

const ended = async (options: Record<string, unknown> = {}) => {
  source = open(options);
  const told = collect(source);
  await until('the end', () => told.ended.length > 0);
  return told.ended[0];
};

test('its pictures come whole and on time, beginning with a keyframe', async () => {
  source = open();
  const told = collect(source);
  await until('half a second of pictures', () => told.frames.length > 15);
  expect(told.formats).toEqual([{ encoding: 'h264', width: 1280, height: 720, frameRate: 30 }]);
  expect(told.frames.slice(0, 15).map((frame) => frame.keyframe)).toEqual([true, ...Array(14).fill(false)]);
  // A picture each turn, parameter sets at the keyframe.
  expect([...told.frames[0]!.data.subarray(0, 5)]).toEqual([0, 0, 0, 1, 0x67]);
  expect(await readFile(at('arguments'), 'utf8')).toContain('--framerate 30');
});

test('the older name of the program does as well', async () => {
  await rm(at('rpicam-vid'));
  await script('libcamera-vid', `exec ffmpeg -v error -re -i ${at('camera.h264')} -c copy -f h264 -`);
  source = open();
  const told = collect(source);
  await until('a picture', () => told.frames.length > 0);
});

describe('failures', () => {
  test('a machine without the program says what to install', async () => {
    await rm(at('rpicam-vid'));
    expect((await ended())?.code).toBe('rpicam/missing');
  });

  test.each([
    ['ERROR: *** no cameras available ***', 'camera/not-found'],
    ['ERROR: *** failed to acquire camera /base/soc/i2c0mux/i2c@1/imx219@10 ***', 'camera/busy'],
    ['ERROR: *** something else ***', 'camera/ended'],
  ])('its words are understood: %s', async (words, code) => {
    await script('rpicam-vid', `echo '${words}' >&2; exit 255`);
    expect((await ended())?.code).toBe(code);
  });

  test('a stream that stops has ended', async () => {
    await script('rpicam-vid', `cat ${at('camera.h264')}`);
    expect((await ended())?.code).toBe('camera/ended');
  });
});

test('turning by half and mirroring add up', () => {
  const flips = (options: Record<string, unknown>) =>
    rpicamArgs(rpicamCamera.options.parse(options)).filter((arg) => arg.endsWith('flip'));
  expect(flips({})).toEqual([]);
  expect(flips({ flip: 'vertical' })).toEqual(['--vflip']);
  expect(flips({ rotate: 180 })).toEqual(['--hflip', '--vflip']);
  expect(flips({ rotate: 180, flip: 'horizontal' })).toEqual(['--vflip']);
  expect(flips({ rotate: 180, flip: 'both' })).toEqual([]);
});
