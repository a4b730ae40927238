import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
} from 'werift';
import { goodbye } from '../../../src/rtp/rtcp/description.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { hex } from './hex.ts';

/** Packets that another stack wrote, read from their bytes. */
const arrived = (...packets: { serialize(): Buffer }[]) =>
  readRtcp(Buffer.concat(packets.map((packet) => packet.serialize())));

const nack = (lost: number[]) =>
  new RtcpTransportLayerFeedback({
    feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: 0xdead_beef, lost }),
  });
const pli = new RtcpPayloadSpecificFeedback({
  feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: 0xdead_beef }),
});
/** RFC 5104, 4.3.1: for two streams. */
const fir = { serialize: () => hex('84ce0006 00000001 00000000 deadbeef 01000000 00000007 02000000') };
const rr = new RtcpRrPacket({
  ssrc: 1,
  reports: [
    new RtcpReceiverInfo({
      ssrc: 0xdead_beef,
      fractionLost: 64,
      packetsLost: 3,
      highestSequence: 9,
      jitter: 0,
      lsr: 0x8000_0001,
      dlsr: 65_536,
    }),
  ],
});
const bye = { serialize: () => goodbye([1]) };

test('a NACK names each lost packet', () => {
  expect(arrived(nack([10, 11, 26, 27, 65_535]))).toEqual([
    { type: 'nack', ssrc: 0xdead_beef, lost: [10, 11, 26, 27, 65_535] },
  ]);
});

test('a NACK of 64 kB names about a thousand packets, and no more is read of it', () => {
  const content = Buffer.alloc(65_000, 0xff);
  const bytes = Buffer.concat([hex('81cd 3f7c 00000001 deadbeef'), content]);
  const [read] = readRtcp(bytes);
  expect(read?.type === 'nack' && read.lost.length).toBeLessThan(1_050);
});

test('PLI and FIR both ask for a keyframe of the streams they name', () => {
  expect(arrived(pli)).toEqual([{ type: 'keyframe-request', ssrcs: [0xdead_beef] }]);
  expect(arrived(fir)).toEqual([{ type: 'keyframe-request', ssrcs: [0xdead_beef, 7] }]);
});

test("a receiver report's block is read as fractions and ticks", () => {
  expect(arrived(rr)).toEqual([
    {
      type: 'reports',
      reports: [
        {
          ssrc: 0xdead_beef,
          fractionLost: 0.25,
          packetsLost: 3,
          highestSequence: 9,
          jitter: 0,
          lastSenderReport: 0x8000_0001,
          delaySinceLastSenderReport: 65_536,
        },
      ],
    },
  ]);
});

test('packets that travel together are read as if they came alone', () => {
  const alone = [rr, nack([3, 4]), pli, fir, bye].flatMap((packet) => arrived(packet));
  expect(arrived(rr, nack([3, 4]), pli, fir, bye)).toEqual(alone);
  expect(alone).toHaveLength(5);
});

test('what is unknown is stepped over: SDES, APP, XR, other feedback', () => {
  const unknown = '80cc 0002 00000001 6e616d65  80cf 0001 00000001  8fce 0003 00000001 00000000 00000000';
  expect(readRtcp(hex(`80c9 0001 00000001 ${unknown} 81ce 0002 00000001 deadbeef`))).toEqual([
    { type: 'reports', reports: [] },
    { type: 'keyframe-request', ssrcs: [0xdead_beef] },
  ]);
});

test('padding is not taken for lost packets', () => {
  // One entry, then two words of padding.
  expect(readRtcp(hex('a1cd 0005 00000001 deadbeef 000a0000 00000000 00000008'))).toEqual([
    { type: 'nack', ssrc: 0xdead_beef, lost: [10] },
  ]);
});

test('padding of nothing, or longer than its packet, makes no packet', () => {
  for (const padding of ['00', '09', '40'])
    expect(readRtcp(hex(`a1cd 0003 00000001 deadbeef 000000${padding}`))).toEqual([]);
});

test('a sender report too short for its own words tells nothing', () => {
  expect(readRtcp(hex('80c8 0005 00000001 83aa7e80 80000000 00000000 00000000'))).toEqual([]);
});

test('a report that claims more blocks than it has gives those it has', () => {
  expect(readRtcp(hex('9fc9 0001 00000001'))).toEqual([{ type: 'reports', reports: [] }]);
});

test('bytes that are no RTCP give nothing or something valid, and the reader does not throw', () => {
  const seed = Buffer.concat([rr, nack([1, 2, 3]), pli, fir, bye].map((packet) => packet.serialize()));
  const changed = fc
    .tuple(fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(seed.length))
    .map(([changes, length]) => {
      const bytes = Buffer.from(seed);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes.subarray(0, length);
    });
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      for (const read of readRtcp(bytes)) {
        if (read.type === 'nack') for (const lost of read.lost) expect(lost & 0xffff).toBe(lost);
        if (read.type === 'keyframe-request') for (const ssrc of read.ssrcs) expect(ssrc >>> 0).toBe(ssrc);
      }
    }),
    { numRuns: 2_000 },
  );
});
