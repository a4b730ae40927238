import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { nalType, nalUnits } from '../../../src/media/annex-b.ts';
import { ffmpegSource } from '../../../src/media/cameras/ffmpeg-source.ts';
import { fourccOf, nativeOfFourcc } from '../../../src/media/cameras/fourcc.ts';
import type { CameraSource } from '../../../src/media/cameras/kind.ts';
import { NutReader } from '../../../src/media/nut-reader.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { until } from '../ready.ts';

let source: CameraSource | undefined;
afterEach(async () => {
  await source?.stop();
});

const generator = (outputArgs: readonly string[]) => () =>
  ffmpegSource({
    inputArgs: ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=160x96:r=60'],
    outputArgs,
    times: 'arrival',
    device: 'the generator',
  });

testCamera('ffmpeg, raw', generator(['-c:v', 'rawvideo', '-pix_fmt', 'yuyv422']));
testCamera('ffmpeg, mjpeg', generator(['-c:v', 'mjpeg']));
testCamera('ffmpeg, h264', generator(['-c:v', 'libx264', '-tune', 'zerolatency', '-g', '5']));

test('H.264 has its parameter sets at each IDR though the container keeps them apart', async () => {
  source = generator(['-c:v', 'libx264', '-tune', 'zerolatency', '-g', '5'])();
  const told = collect(source);
  await until('three keyframes', () => told.frames.filter(({ keyframe }) => keyframe).length >= 3);
  await source.stop();
  for (const { data } of told.frames.filter(({ keyframe }) => keyframe)) {
    expect([...new Set(nalUnits(data).map(nalType))]).toEqual([7, 8, 5]);
  }
});

test('monotonic timestamps of the input become capture times as they are', async () => {
  const startS = (systemClock.now() / 1000).toFixed(3);
  source = ffmpegSource({
    inputArgs: ['-f', 'lavfi', '-i', `testsrc2=s=160x96:r=50,realtime,setpts=PTS+${startS}/TB`],
    outputArgs: ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough'],
    times: 'monotonic',
    device: 'the generator',
  });
  const told = collect(source);
  await until('frames', () => told.frames.length >= 5);
  await source.stop();
  const times = told.frames.slice(0, 5).map(({ captureMs }) => captureMs);
  // The generator counts in 1/50 s, so the start is rounded to 20 ms; from there on it is exact.
  expect(Math.abs((times[0] ?? 0) - Number(startS) * 1000)).toBeLessThanOrEqual(20);
  expect(times.map((time) => Math.round(time - (times[0] ?? 0)))).toEqual([0, 20, 40, 60, 80]);
});

describe.each(['yuv420p', 'yuv422p', 'yuyv422', 'uyvy422', 'nv12', 'nv21', 'gray', 'bgra', 'bgr0', 'rgb24'])(
  '%s',
  (pixelFormat) => {
    test('is called what ffmpeg calls it', () => {
      const input = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=64x48', '-frames:v', '1'];
      const args = [...input, '-c:v', 'rawvideo', '-pix_fmt', pixelFormat, '-f', 'nut', 'pipe:1'];
      const [first] = new NutReader().push(execFileSync('ffmpeg', args));
      const fourcc = first?.type === 'streams' ? first.streams[0]?.fourcc : undefined;
      expect(nativeOfFourcc(fourcc ?? '')).toEqual({ encoding: 'raw', pixelFormat });
      expect(fourccOf('raw', pixelFormat)).toBe(fourcc);
    });
  },
);
