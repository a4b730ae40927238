import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { pictureFormat } from '../../src/media/picture-size.ts';
import { encodedPictures } from '../records/encoded.ts';

const run = promisify(execFile);
const frame = (codec: 'H264' | 'VP8', data: Uint8Array) => ({
  codec,
  data,
  keyframe: true,
  captureMs: 0 as MonotonicMs,
});

test.each(['H264', 'VP8'] as const)(
  'a keyframe of %s says its size, one that is cut does not',
  async (codec) => {
    const [keyframe, next] = await encodedPictures(codec, 1, '162x118');
    expect(pictureFormat(keyframe!)).toEqual({
      width: 162,
      height: 118,
      codec: codec === 'H264' ? expect.stringMatching(/^avc1\.42c0/) : 'vp8',
    });
    expect(pictureFormat(next!)).toBeUndefined();
    expect(pictureFormat({ ...keyframe!, data: keyframe!.data.subarray(0, 8) })).toBeUndefined();
  },
);

test.each(['high', 'high422', 'high444'])('the size stands in %s profile as well', async (profile) => {
  const format = { high: 'yuv420p', high422: 'yuv422p', high444: 'yuv444p' }[profile] ?? '';
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=1366x766:duration=0.1', '-pix_fmt', format],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', profile, '-f', 'h264', '-'],
    ],
    { encoding: 'buffer' },
  );
  expect(pictureFormat(frame('H264', stdout))).toMatchObject({ width: 1366, height: 766 });
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, vp8) => {
      const data = vp8 ? bytes : Uint8Array.of(0, 0, 1, 0x67, ...bytes);
      pictureFormat(frame(vp8 ? 'VP8' : 'H264', data));
    }),
  );
});
