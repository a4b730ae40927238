import fc from 'fast-check';
import { expect, test } from 'vitest';
import { H264RtpPayload } from 'werift';
import { nalUnits, packetizeH264 } from '../../src/rtp/packetizers/h264.ts';
import { maxPayloadBytes } from '../../src/rtp/payload.ts';
import { annexB, nal, readH264 } from './payloads.ts';

/** NAL units as an encoder makes them: types 1 to 23 without 9, no start code inside, no zero at the end. */
const unit = fc
  .record({
    type: fc.integer({ min: 1, max: 23 }).filter((type) => type !== 9),
    nri: fc.integer({ min: 0, max: 3 }),
    body: fc.oneof(
      { weight: 4, arbitrary: fc.uint8Array({ maxLength: 60 }) },
      { weight: 2, arbitrary: fc.uint8Array({ minLength: 1_100, maxLength: 1_200 }) },
      { weight: 1, arbitrary: fc.uint8Array({ minLength: 2_280, maxLength: 5_000 }) },
    ),
  })
  .map(({ type, nri, body }) => {
    // Emulation prevention as an encoder does it: no 00 00 00..03 inside, so here simply no two zeros in a row.
    const safe = body.map((byte, at) => (byte === 0 && (at === 0 || body[at - 1] === 0) ? 1 : byte));
    if (safe.length > 0 && safe.at(-1) === 0) safe[safe.length - 1] = 0x80;
    return Buffer.from([(nri << 5) | type, ...safe]);
  });

const accessUnit = fc
  .tuple(
    fc.array(unit, { minLength: 1, maxLength: 12 }),
    fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  )
  .map(([units, long]) => ({ units, bytes: annexB(units, (place) => long[place] ?? true) }));

test('the NAL units of any access unit come out of its payloads unchanged and in order', () => {
  fc.assert(
    fc.property(accessUnit, ({ units, bytes }) => {
      expect(readH264(packetizeH264(bytes))).toEqual(units);
    }),
  );
});

test("another stack's depacketizer gives the same access unit", () => {
  fc.assert(
    fc.property(accessUnit, ({ units, bytes }) => {
      const parts: Buffer[] = [];
      let fragment: Buffer | undefined;
      for (const payload of packetizeH264(bytes)) {
        const read = H264RtpPayload.deSerialize(Buffer.from(payload), fragment);
        fragment = read.fragment;
        if (read.payload) parts.push(read.payload);
      }
      expect(Buffer.concat(parts).equals(annexB(units))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('no payload is longer than a packet may be, and none is empty', () => {
  fc.assert(
    fc.property(accessUnit, ({ bytes }) => {
      for (const payload of packetizeH264(bytes)) {
        expect(payload.length).toBeLessThanOrEqual(maxPayloadBytes);
        expect(payload.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('NAL units exactly as long as a payload travel alone, one byte more travels in two fragments', () => {
  const exact = packetizeH264(annexB([nal(5, maxPayloadBytes)]));
  expect(exact.map(({ length }) => length)).toEqual([maxPayloadBytes]);
  const longer = packetizeH264(annexB([nal(5, maxPayloadBytes + 1)]));
  expect(longer).toHaveLength(2);
  expect(readH264(longer)).toEqual([nal(5, maxPayloadBytes + 1)]);
});

test('an aggregate carries the highest NRI of its parts', () => {
  const payloads = packetizeH264(annexB([Buffer.of(0x06, 1), Buffer.of(0x68, 2), Buffer.of(0x21, 3)]));
  expect(payloads).toHaveLength(1);
  expect(payloads[0]![0]).toBe(0x60 | 24);
});

test('the first fragment starts, the last one ends, and both keep NRI and type', () => {
  const payloads = packetizeH264(annexB([Buffer.concat([Buffer.of(0x45), Buffer.alloc(4_000, 7)])]));
  expect(payloads.map((payload) => payload[0])).toEqual(payloads.map(() => 0x40 | 28));
  expect(payloads.map((payload) => payload[1])).toEqual([0x85, 0x05, 0x05, 0x45]);
});

test('access unit delimiters are left out', () => {
  expect(readH264(packetizeH264(annexB([Buffer.of(0x09, 0xf0), nal(1, 9)])))).toEqual([nal(1, 9)]);
});

test('the zeros that fill up a NAL unit are not sent', () => {
  expect([...nalUnits(Buffer.from([0, 0, 1, 0x65, 9, 0, 0, 0, 1, 0x41, 8, 0, 0, 0]))]).toEqual([
    Buffer.from([0x65, 9]),
    Buffer.from([0x41, 8]),
  ]);
});

test('bytes that are no access unit give no payloads or some, and never throw', () => {
  for (const bytes of [[], [0], [0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 0, 0, 1], [1, 2, 3], [0, 0, 1, 9]])
    expect(packetizeH264(Uint8Array.from(bytes))).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 1, 3, 0x65, 0xff), { maxLength: 4_000 }), (bytes) => {
      for (const payload of packetizeH264(Uint8Array.from(bytes)))
        expect(payload.length).toBeLessThanOrEqual(maxPayloadBytes);
    }),
  );
});
