import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtcpTransportLayerFeedback, type TransportWideCC } from 'werift';
import { readTransportFeedback, TransportFeedback } from '../../../src/rtp/rtcp/transport-wide.ts';
import { ms } from '../frames.ts';
import { hex } from './hex.ts';

const parties = { from: 1, about: 2 };

/** Feedback on packets given as [sequence, arrival]. */
function write(base: number, arrivals: readonly (readonly [number, number])[], count = 0) {
  const feedback = new TransportFeedback(base);
  for (const [sequence, at] of arrivals) expect(feedback.add(sequence, ms(at))).toBe(true);
  return feedback.write(parties, count);
}

test('packets in a row are one run, their deltas quarters of a millisecond', () => {
  // Reference 2 × 64 ms; 0.25 ms after it, then 20 ms each: 1, 80, 80.
  expect(
    write(
      5,
      [
        [5, 128.25],
        [6, 148.25],
        [7, 168.25],
      ],
      9,
    ),
  ).toEqual(hex('afcd 0006 00000001 00000002 0005 0003 000002 09 2003 01 50 50 000003'));
});

test('a lost packet is a bit of a vector', () => {
  // Symbols 1 0 1 1, then nothing: 1 0 1011 0000000000.
  expect(
    write(5, [
      [5, 0],
      [7, 1],
      [8, 1],
    ]),
  ).toEqual(hex('afcd 0006 00000001 00000002 0005 0004 000000 00 ac00 00 04 00 000003'));
});

test('a delta above 63.75 ms, or below 0, takes two bits and two bytes', () => {
  // Symbols 1 2 2: 1 1 01 10 10 0000 0000; 0, then 100 ms, then 50 ms back.
  expect(
    write(65_535, [
      [65_535, 64],
      [65_536, 164],
      [65_537, 114],
    ]),
  ).toEqual(hex('afcd 0006 00000001 00000002 ffff 0003 000001 00 da00 00 0190 ff38 01'));
});

test('losses before the first packet that came are told of', () => {
  const read = readTransportFeedback(write(10, [[13, 0]]));
  expect(read).toMatchObject({
    baseSequence: 10,
    packetCount: 4,
    received: [{ sequenceNumber: 13, atMs: 0 }],
  });
});

test('what does not fit any more is refused: 180 packets, 8 s between two, 8,191 numbers', () => {
  const full = new TransportFeedback(0);
  for (let n = 0; n < 180; n++) expect(full.add(n, ms(n))).toBe(true);
  expect(full.add(180, ms(180))).toBe(false);
  const slow = new TransportFeedback(0);
  slow.add(0, ms(0));
  expect(slow.add(1, ms(8_192))).toBe(false);
  expect(slow.add(1, ms(8_191))).toBe(true);
  const wide = new TransportFeedback(0);
  expect(wide.add(8_191, ms(0))).toBe(false);
  expect(wide.add(8_190, ms(0))).toBe(true);
  expect(wide.add(8_190, ms(1))).toBe(false);
});

/** Rising sequence numbers from `base` on with their arrivals, as a network can make them. */
const network = fc
  .record({
    base: fc.nat(0x2_0000),
    start: fc.nat(10_000_000),
    steps: fc.array(
      fc.record({
        gap: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 40 })),
        delta: fc.oneof(
          { weight: 5, arbitrary: fc.integer({ min: 0, max: 255 }) },
          fc.integer({ min: -0x8000, max: 0x7fff }),
        ),
      }),
      { minLength: 1, maxLength: 180 },
    ),
  })
  .map(({ base, start, steps }) => {
    let sequence = base - 1;
    let ticks = start;
    const arrivals = steps.map(({ gap, delta }, at) => {
      sequence += gap;
      if (at > 0) ticks += delta;
      return [sequence, ticks / 4] as const;
    });
    return { base, arrivals: arrivals.filter(([, at]) => at >= 0) };
  })
  .filter(({ arrivals }) => arrivals.length > 0);

test('any feedback read back is what came, to a quarter of a millisecond, and fits into a packet', () => {
  fc.assert(
    fc.property(network, fc.nat(255), ({ base, arrivals }, count) => {
      const feedback = new TransportFeedback(base);
      const taken = arrivals.filter(([sequence, at]) => feedback.add(sequence, ms(at)));
      const bytes = feedback.write(parties, count);
      expect(bytes.length).toBeLessThanOrEqual(1_150);
      expect(bytes.length).toBe(4 * (bytes.readUInt16BE(2) + 1));
      const wrap = 2 ** 24 * 64;
      expect(readTransportFeedback(bytes)).toEqual({
        baseSequence: base & 0xffff,
        packetCount: taken.at(-1)![0] - base + 1,
        feedbackCount: count,
        received: taken.map(([sequence, at]) => ({ sequenceNumber: sequence & 0xffff, atMs: at % wrap })),
      });
    }),
    { numRuns: 500 },
  );
});

test('another stack reads our feedback as we do', () => {
  fc.assert(
    fc.property(network, ({ base, arrivals }) => {
      const feedback = new TransportFeedback(base);
      for (const [sequence, at] of arrivals) feedback.add(sequence, ms(at));
      const bytes = feedback.write(parties, 3);
      const read = readTransportFeedback(bytes)!;
      const theirs = RtcpTransportLayerFeedback.deSerialize(bytes.subarray(4), {
        type: 205,
        count: 15,
        length: bytes.length / 4 - 1,
        version: 2,
        padding: (bytes[0]! & 0x20) !== 0,
        headerSize: 4,
        serialize: () => Buffer.alloc(0),
      } as never).feedback as TransportWideCC;
      expect(theirs).toMatchObject({
        baseSequenceNumber: base & 0xffff,
        packetStatusCount: read.packetCount,
        fbPktCount: 3,
      });
      // In microseconds. Its list of packets is not asked: it leaves vectors out.
      let atMs = Math.floor((read.received[0]?.atMs ?? 0) / 64) * 64;
      const times = theirs.recvDeltas.map(({ delta }) => {
        atMs += Number(delta) / 1_000;
        return atMs;
      });
      expect(times).toEqual(read.received.map((each) => each.atMs));
    }),
  );
});

test('feedback cut short, or with the reserved symbol, tells nothing', () => {
  const bytes = write(5, [
    [5, 128.25],
    [7, 148.25],
    [8, 168.25],
  ]);
  for (let length = 0; length < 25; length++)
    expect(readTransportFeedback(bytes.subarray(0, length))).toBeUndefined();
  expect(
    readTransportFeedback(hex('8fcd 0005 00000001 00000002 0005 0001 000000 00 6001 0000')),
  ).toBeUndefined();
});

test('a packet of 40 bytes that tells of 65,535 received ones is refused before they are counted', () => {
  const runs = '3fff'.repeat(9);
  expect(
    readTransportFeedback(hex(`8fcd 0000 00000001 00000002 0005 ffff 000000 00 ${runs}`)),
  ).toBeUndefined();
  const lost = '1fff'.repeat(9);
  expect(readTransportFeedback(hex(`8fcd 0000 00000001 00000002 0005 ffff 000000 00 ${lost}`))).toMatchObject(
    {
      packetCount: 65_535,
      received: [],
    },
  );
});

test('whatever the bytes are, reading ends and does not throw', () => {
  const headed = fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.of(0x8f, 205, 0, 0, ...rest));
  fc.assert(
    fc.property(headed, (bytes) => {
      const read = readTransportFeedback(bytes);
      expect(read?.received.length ?? 0).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 2_000 },
  );
});
