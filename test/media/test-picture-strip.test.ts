import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestPicture } from '../../src/media/cameras/test-picture.ts';
import { readStrip } from '../../src/media/cameras/test-picture-strip.ts';
import { NutWriter } from '../../src/media/nut-writer.ts';

const wallMs = 1_795_486_702_054;

test('the strip tells its frame and its time at every size a camera may have', () => {
  const even = (min: number, max: number) =>
    fc.integer({ min: min / 2, max: max / 2 }).map((half) => half * 2);
  fc.assert(
    fc.property(
      even(160, 1920),
      even(90, 1080),
      fc.nat(2 ** 32 - 1),
      fc.nat(2 ** 48 - 1),
      (width, height, frame, time) => {
        const picture = new TestPicture({ width, height, title: 'A' }).draw(frame, time, '00:00:00.000');
        const read = readStrip((x, y) => picture[y * width + x] ?? 0, width, height);
        expect(read).toEqual({ frame, wallMs: time });
      },
    ),
    { numRuns: 40 },
  );
});

test('one cell read wrong is no reading', () => {
  const [width, height] = [1280, 720];
  const picture = new TestPicture({ width, height, title: '' }).draw(7, wallMs, '');
  for (const column of [4, 20, 35]) {
    const flipped = (x: number, y: number) => {
      const luma = picture[y * width + x] ?? 0;
      return Math.floor(x / 32) === column && y < 16 ? 251 - luma : luma;
    };
    expect(readStrip(flipped, width, height)).toBeUndefined();
  }
});

test('a picture without a strip is no reading', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (noise) => {
      expect(readStrip((x, y) => noise[(x * 31 + y * 17) % 64] ?? 0, 320, 180)).toBeUndefined();
    }),
  );
});

test('the reader stands alone, as a page gets it', () => {
  const [width, height] = [640, 360];
  const picture = new TestPicture({ width, height, title: '' }).draw(99, wallMs, '');
  const alone = new Function(`return (${readStrip.toString()})`)() as typeof readStrip;
  expect(alone((x, y) => picture[y * width + x] ?? 0, width, height)).toEqual({ frame: 99, wallMs });
});

describe.each([
  [
    'H.264 at 300 kbit/s',
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '300k'],
  ],
  ['VP8 at 300 kbit/s', ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '-8', '-b:v', '300k']],
])('%s', (_name, codec) => {
  test('and scaled down to 320x180, every frame is still read', () => {
    const [width, height] = [1280, 720];
    const picture = new TestPicture({ width, height, title: 'FRONT DOOR' });
    const writer = new NutWriter({ fourcc: 'I420', width, height, frameRate: 30 });
    const parts: Uint8Array[] = [writer.headers()];
    for (let frame = 0; frame < 30; frame += 1) {
      const data = picture.draw(frame, wallMs + frame * 33, '12:34:56.789');
      parts.push(writer.frameHead(frame * 3000, true, data.length), data);
    }
    const quiet = ['-v', 'error', '-f', 'nut'];
    const compressed = execFileSync(
      'ffmpeg',
      [...quiet, '-i', 'pipe:0', ...codec, '-bufsize', '150k', '-maxrate', '300k', '-f', 'nut', 'pipe:1'],
      { input: Buffer.concat(parts), maxBuffer: 2 ** 26 },
    );
    const seen = execFileSync(
      'ffmpeg',
      [...quiet, '-i', 'pipe:0', '-vf', 'scale=320:180', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
      { input: compressed, maxBuffer: 2 ** 26 },
    );
    const size = 320 * 180;
    const readings = Array.from({ length: seen.length / size }, (_, index) =>
      readStrip((x, y) => seen[index * size + y * 320 + x] ?? 0, 320, 180),
    );
    expect(readings).toEqual(readings.map((_, frame) => ({ frame, wallMs: wallMs + frame * 33 })));
    expect(readings).toHaveLength(30);
  });
});
