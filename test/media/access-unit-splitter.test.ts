import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AccessUnitSplitter } from '../../src/media/access-unit-splitter.ts';

/** What an encoder writes: several slices a picture, parameter sets at each keyframe. */
const encode = (more: string) =>
  execFileSync(
    'ffmpeg',
    `-v error -f lavfi -i testsrc=size=160x90:rate=10 -frames:v 25 -c:v libx264 -preset ultrafast -tune zerolatency -g 10 -pix_fmt yuv420p ${more} -f h264 -`.split(
      ' ',
    ),
  );
const stream = encode('-x264-params slices=3:repeat-headers=1');
const pictures = 25;

const cut = (bytes: Uint8Array, sizes: readonly number[]) => {
  const splitter = new AccessUnitSplitter();
  const units: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    units.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  const rest = splitter.flush();
  return rest ? [...units, rest] : units;
};

describe('an encoder’s byte stream', () => {
  test.each([
    ['several slices a picture', stream],
    ['a delimiter in front of each picture', encode('-x264-params aud=1:repeat-headers=1')],
    ['one slice a picture', encode('-x264-params repeat-headers=1')],
  ])('is cut into its pictures: %s', (_, bytes) => {
    const units = cut(bytes, [bytes.length]);
    expect(units).toHaveLength(pictures);
    expect(Buffer.compare(Buffer.concat(units), bytes)).toBe(0);
    for (const unit of units) expect([...unit.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
  });

  test('is cut alike, however the pipe cuts it', () => {
    const whole = cut(stream, [stream.length]).map((unit) => unit.length);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (sizes) => {
        expect(cut(stream, sizes).map((unit) => unit.length)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});

test('a picture is given at once when the writer falls silent, and only once', () => {
  const [first, second] = cut(stream, [stream.length]) as [Uint8Array, Uint8Array];
  const splitter = new AccessUnitSplitter();
  expect(splitter.push(first)).toEqual([]);
  expect(splitter.flush()?.length).toBe(first.length);
  expect(splitter.empty).toBe(true);
  expect(splitter.flush()).toBeUndefined();
  expect(splitter.push(second)).toEqual([]);
  expect(splitter.flush()?.length).toBe(second.length);
});

test('a silence within a picture spoils that one only, and is not taken for an end again', () => {
  const [first, second, third] = cut(stream, [stream.length]) as [Uint8Array, Uint8Array, Uint8Array];
  const splitter = new AccessUnitSplitter();
  // Not at a slice's start code, or the rest would be a picture of its own.
  splitter.push(first.subarray(0, first.length - 20));
  splitter.flush();
  expect(splitter.push(Buffer.concat([first.subarray(first.length - 20), second]))).toEqual([]);
  expect(splitter.flush()).toBeUndefined();
  expect(splitter.push(third).map((unit) => unit.length)).toEqual([second.length]);
});

test('no bytes make it throw, or lose any that follow a start code', () => {
  const piece = fc.oneof(
    fc
      .constantFrom([0, 0, 1, 0x65, 0x88], [0, 0, 0, 1, 0x41, 0x9a], [0, 0, 0], [0])
      .map((b) => Uint8Array.from(b)),
    fc.uint8Array({ maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, fc.boolean())), (pieces) => {
      const splitter = new AccessUnitSplitter();
      let given = 0;
      for (const [bytes, silent] of pieces) {
        for (const unit of splitter.push(bytes)) given += unit.length;
        if (silent) given += splitter.flush()?.length ?? 0;
      }
      expect(given).toBeLessThanOrEqual(pieces.reduce((sum, [bytes]) => sum + bytes.length, 0));
    }),
  );
});
