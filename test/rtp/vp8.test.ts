import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Vp8RtpPayload } from 'werift';
import type { MonotonicMs } from '../../src/clock.ts';
import { Packetizer } from '../../src/rtp/packetizer.ts';
import { packetizeVp8 } from '../../src/rtp/packetizers/vp8.ts';
import { maxPayloadBytes } from '../../src/rtp/payload.ts';

test('a frame comes out of its payloads unchanged, and only the first payload starts it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 6_000 }), fc.nat(0x7fff), (frame, id) => {
      const payloads = packetizeVp8(frame, id);
      const read = payloads.map((payload) => Vp8RtpPayload.deSerialize(Buffer.from(payload)));
      expect(Buffer.concat(read.map(({ payload }) => payload)).equals(frame)).toBe(true);
      expect(read.map(({ sBit, pid }) => [sBit, pid])).toEqual(read.map((_, at) => [at === 0 ? 1 : 0, 0]));
      expect(new Set(read.map(({ pictureId }) => pictureId))).toEqual(new Set([id]));
      for (const payload of payloads) expect(payload.length).toBeLessThanOrEqual(maxPayloadBytes);
    }),
  );
});

test('picture ids rise by one a frame and wrap after 15 bits', () => {
  const ids = [0x7ffe, 0x7fff, 0x8000, 0x8001].map(
    (id) => Vp8RtpPayload.deSerialize(Buffer.from(packetizeVp8(Uint8Array.of(1, 2, 3), id)[0]!)).pictureId,
  );
  expect(ids).toEqual([0x7ffe, 0x7fff, 0, 1]);
});

test('a stream numbers its pictures and its payloads without a gap', () => {
  const packetizer = new Packetizer('VP8');
  const frames = [1, 3_000, 10].map((bytes) =>
    packetizer.packetize({
      codec: 'VP8',
      data: new Uint8Array(bytes).fill(7),
      keyframe: false,
      captureMs: 0 as MonotonicMs,
    }),
  );
  expect(frames.map(({ firstIndex }) => firstIndex)).toEqual([0, 1, 4]);
  const ids = frames.map(
    ({ payloads }) => Vp8RtpPayload.deSerialize(Buffer.from(payloads[0]!)).pictureId ?? -1,
  );
  expect(ids.map((id) => id - ids[0]!)).toEqual([0, 1, 2]);
});

test('an empty frame does not throw', () => {
  expect(packetizeVp8(new Uint8Array(), 1)).toHaveLength(1);
});
