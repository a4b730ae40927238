import { afterEach, describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import type { VedetteError } from '../../src/errors.ts';
import { nalType, nalUnits } from '../../src/media/annex-b.ts';
import { TestPicture } from '../../src/media/cameras/test-picture.ts';
import { Encoder } from '../../src/media/encoder.ts';
import type { EncoderRow } from '../../src/media/encoders/encoder.ts';
import { libx264 } from '../../src/media/encoders/h264.ts';
import { libvpx } from '../../src/media/encoders/vp8.ts';
import type { EncodedFrame, NativeFormat } from '../../src/media/frame.ts';
import { alive, until } from './ready.ts';

const [width, height] = [320, 180];
const format: NativeFormat = { encoding: 'raw', pixelFormat: 'yuv420p', width, height, frameRate: 30 };

let encoder: Encoder | undefined;
afterEach(async () => {
  await encoder?.stop();
});

function start(row: EncoderRow) {
  const frames: EncodedFrame[] = [];
  const ended: VedetteError[] = [];
  const started = new Encoder(
    { codec: row.codec, format },
    { frame: (frame) => void frames.push(frame), ended: (reason) => void ended.push(reason) },
  );
  started.start(row);
  encoder = started;
  const picture = new TestPicture({ width, height, title: 'A' });
  let number = 0;
  /** Gives the next frame, 33.37 ms after the one before, and waits for it on the other side. */
  const pass = async () => {
    const captureMs = (123_456.789 + number * 33.37) as MonotonicMs;
    started.write({ data: picture.draw(number, number, ''), keyframe: true, captureMs });
    number += 1;
    await until(`frame ${number}`, () => frames.length === number || ended.length > 0);
    return captureMs;
  };
  return { encoder: started, frames, ended, pass, picture };
}

describe.each([
  ['H264', libx264],
  ['VP8', libvpx],
] as const)('%s', (codec, row) => {
  test('each frame comes out at once, as itself, at its own capture time', async () => {
    const { frames, pass } = start(row);
    const times: MonotonicMs[] = [];
    for (let count = 0; count < 20; count += 1) times.push(await pass());
    expect(frames.map(({ captureMs }) => captureMs)).toEqual(times);
    expect(new Set(frames.map((frame) => frame.codec))).toEqual(new Set([codec]));
  });

  test('a keyframe on demand is exactly the next frame that goes in', async () => {
    const { encoder, frames, pass } = start(row);
    for (let count = 0; count < 30; count += 1) {
      if ([7, 8, 19].includes(count)) encoder.requestKeyframe();
      await pass();
    }
    expect(frames.flatMap(({ keyframe }, index) => (keyframe ? [index] : []))).toEqual([0, 7, 8, 19]);
  });

  test('a keyframe comes after two seconds without a request', async () => {
    const { frames, pass } = start(row);
    for (let count = 0; count < 62; count += 1) await pass();
    expect(frames.flatMap(({ keyframe }, index) => (keyframe ? [index] : []))).toEqual([0, 60]);
  });

  test('frames it has no time for are left out at its entry and counted', async () => {
    const { encoder, frames, pass, picture } = start(row);
    await pass();
    process.kill(encoder.pid ?? 0, 'SIGSTOP');
    for (let count = 1; count <= 50; count += 1) {
      const captureMs = (200_000 + count * 33) as MonotonicMs;
      encoder.write({ data: picture.draw(count, count, ''), keyframe: true, captureMs });
    }
    process.kill(encoder.pid ?? 0, 'SIGCONT');
    await until('the newest frame', () => frames.at(-1)?.captureMs === 200_000 + 50 * 33);
    expect(frames.length + encoder.dropped).toBe(51);
    expect(encoder.dropped).toBeGreaterThan(40);
  });

  test('one that hangs ends with a reason and leaves no process', async () => {
    const { encoder, ended, pass, picture } = start(row);
    await pass();
    const pid = encoder.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    for (let count = 1; count <= 150; count += 1) {
      const captureMs = (200_000 + count * 33) as MonotonicMs;
      encoder.write({ data: picture.draw(count, count, ''), keyframe: true, captureMs });
    }
    expect(ended.map(({ code }) => code)).toEqual(['encoder/ended']);
    await until('it is gone', () => !alive(pid));
  });

  test('one that is killed ends with a reason, once', async () => {
    const { encoder, ended, pass } = start(row);
    await pass();
    process.kill(encoder.pid ?? 0, 'SIGKILL');
    await until('its end', () => ended.length > 0);
    await encoder.stop();
    expect(ended.map(({ message }) => message)).toEqual([
      `the encoder ${row.encoder} stopped: ended by SIGKILL`,
    ]);
  });
});

test('H.264 is constrained baseline, with SPS and PPS at each IDR, and nothing idle', async () => {
  const { encoder, frames, pass } = start(libx264);
  for (let count = 0; count < 10; count += 1) {
    if (count === 5) encoder.requestKeyframe();
    await pass();
  }
  for (const { data, keyframe } of frames) {
    const units = nalUnits(data);
    const types = [...new Set(units.map(nalType))];
    expect(types).toEqual(keyframe ? [7, 8, 5] : [1]);
    if (!keyframe) continue;
    const [sps] = units;
    expect(sps?.[1]).toBe(66);
    // constraint_set1_flag: no FMO, ASO or redundant slices, which makes baseline constrained (A.2.1.1).
    expect((sps?.[2] ?? 0) & 0x40).toBe(0x40);
  }
});

test('an ffmpeg without the encoder is told apart', async () => {
  const { ended, pass } = start({ ...libx264, args: () => ['-c:v', 'libnothing'] });
  await pass();
  expect(ended.map(({ code }) => code)).toEqual(['ffmpeg/no-encoder']);
});
