import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { AccessUnits, hasBSlice, nalType, nalUnits } from '../../src/media/annex-b.ts';
import { NativeH264Judge } from '../../src/media/native-h264.ts';

// Cameras send what they like: nothing here throws, whatever the bytes.

const bytes = (...values: number[]) => Uint8Array.from(values);
const sps = bytes(0x67, 66, 0xc0, 31, 1);
const mainSps = bytes(0x67, 77, 0, 31, 1);
const highSps = bytes(0x67, 100, 0, 31, 1);
const pps = bytes(0x68, 0xce, 0x3c);
const sei = bytes(0x06, 5, 1, 2);
const aud = bytes(0x09, 0x10);
const idr = bytes(0x65, 0x88, 0x84);
/** first_mb 0, slice_type 5 (P): 1 00110, and 6 (B): 1 00111. */
const pSlice = bytes(0x41, 0b10011000);
const bSlice = bytes(0x01, 0b10011100);
const unit = (...units: Uint8Array[]) => Buffer.concat(units.flatMap((each) => [bytes(0, 0, 0, 1), each]));
const types = (data: Uint8Array) => nalUnits(data).map(nalType);

describe('access units', () => {
  test('lose delimiters, SEI and filler', () => {
    const { data, keyframe } = new AccessUnits(bytes()).clean(unit(aud, sei, sps, pps, idr));
    expect(types(data)).toEqual([7, 8, 5]);
    expect(keyframe).toBe(true);
  });

  test('get the container’s parameter sets in front of each IDR, and only there', () => {
    const units = new AccessUnits(unit(sps, pps));
    expect(types(units.clean(unit(idr)).data)).toEqual([7, 8, 5]);
    expect(types(units.clean(unit(pSlice)).data)).toEqual([1]);
    expect(types(units.clean(unit(idr)).data)).toEqual([7, 8, 5]);
  });

  test('get the newest parameter sets of the stream', () => {
    const units = new AccessUnits(unit(sps, pps));
    units.clean(unit(mainSps, pps, idr));
    expect([...(nalUnits(units.clean(unit(idr)).data)[0] ?? [])]).toEqual([...mainSps]);
  });

  test('with nothing to do are not copied', () => {
    const data = unit(pSlice);
    expect(new AccessUnits(bytes()).clean(data).data).toBe(data);
  });

  test('are split and joined without loss, whatever they hold', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((given) => {
      // A NAL unit has no three zeros in a row and does not end with one (7.4.1).
      const filled = given.map((byte) => byte || 1);
      filled[0] = 0x41;
      return filled;
    });
    fc.assert(
      fc.property(fc.array(body, { maxLength: 8 }), (units) => {
        expect(nalUnits(unit(...units)).map((each) => [...each])).toEqual(units.map((each) => [...each]));
      }),
    );
  });

  test('of garbage never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 5, 0x65, 0x67, 255), { maxLength: 80 }), (garbage) => {
        const data = Uint8Array.from(garbage);
        new AccessUnits(data).clean(data);
        hasBSlice(data);
      }),
    );
  });
});

test('B slices are seen, P slices are none', () => {
  expect(hasBSlice(unit(pSlice))).toBe(false);
  expect(hasBSlice(unit(bSlice))).toBe(true);
});

describe('a camera’s own H.264', () => {
  const frame = (data: Uint8Array, captureMs: number) => ({
    data,
    keyframe: types(data).includes(5),
    captureMs: captureMs as MonotonicMs,
  });
  const run = (...frames: ReturnType<typeof frame>[]) => {
    const judge = new NativeH264Judge();
    return frames.map((each) => judge.judge(each));
  };

  test('goes out from its first keyframe on', () => {
    const verdicts = run(frame(unit(pSlice), 0), frame(unit(sps, pps, idr), 33), frame(unit(pSlice), 66));
    expect(verdicts.map(({ use }) => use)).toEqual(['nothing', 'native', 'native']);
  });

  test.each([
    ['high profile', unit(highSps, pps, idr), 'its profile is 100, not baseline or main'],
    ['no parameter sets', unit(idr), 'its keyframes carry no parameter sets'],
  ])('with %s is transcoded from its first keyframe', (_name, data, reason) => {
    expect(run(frame(data, 0))).toMatchObject([{ use: 'transcode', reason, replay: [{ data }] }]);
  });

  test('is transcoded from the keyframe before the first B slice', () => {
    const frames = [unit(sps, pps, idr), unit(pSlice), unit(bSlice)].map((data, index) =>
      frame(data, index * 33),
    );
    expect(run(...frames).at(-1)).toEqual({ use: 'transcode', reason: 'it has B-frames', replay: frames });
  });

  test('with a keyframe every two seconds is never transcoded', () => {
    const frames = Array.from({ length: 300 }, (_, index) =>
      frame(index % 60 === 0 ? unit(sps, pps, idr) : unit(pSlice), index * 33.4),
    );
    expect(new Set(run(...frames).map(({ use }) => use))).toEqual(new Set(['native']));
  });

  test('whose keyframes become rare later is transcoded from the next one on', () => {
    const frames = Array.from({ length: 200 }, (_, index) =>
      frame(index < 60 && index % 30 === 0 ? unit(sps, pps, idr) : unit(pSlice), index * 33),
    );
    expect(run(...frames).at(-1)).toEqual({
      use: 'transcode',
      reason: 'its keyframes are more than 2 s apart',
      replay: [],
    });
  });
});
