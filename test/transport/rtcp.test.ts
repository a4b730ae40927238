import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
} from 'werift';
import type { WallMs } from '../../src/clock.ts';
import { middle32, ntpTime, readRtcp, senderReport, sourceDescription } from '../../src/transport/rtcp.ts';

const wall = (ms: number) => ms as WallMs;

/** Packets that another stack wrote, read from their bytes. */
const arrived = (...packets: { serialize(): Buffer }[]) =>
  readRtcp(Buffer.concat(packets.map((packet) => packet.serialize())));

test('NTP times are right to the fraction', () => {
  expect(ntpTime(wall(0))).toBe(0x83aa_7e80_0000_0000n);
  expect(ntpTime(wall(500))).toBe(0x83aa_7e80_8000_0000n);
  expect(ntpTime(wall(250.5))).toBe(0x83aa_7e80_0000_0000n + (250_500n << 32n) / 1_000_000n);
  // 2024-01-01T00:00:00Z
  expect(ntpTime(wall(1_704_067_200_000)) >> 32n).toBe(3_913_056_000n);
});

test('an NTP time read back is the wall time, to a microsecond, until its era ends in 2036', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2_085_978_495_999, noNaN: true }), (ms) => {
      const ntp = ntpTime(wall(ms));
      expect(ntp).toBeLessThan(1n << 64n);
      const back =
        Number((ntp >> 32n) - 2_208_988_800n) * 1_000 + (Number(ntp & 0xffff_ffffn) / 2 ** 32) * 1_000;
      expect(Math.abs(back - ms)).toBeLessThan(0.002);
    }),
  );
});

test('the middle of an NTP time counts 1/65536 s', () => {
  expect(middle32(0x1122_3344_5566_7788n)).toBe(0x3344_5566);
  expect((middle32(ntpTime(wall(2_000))) - middle32(ntpTime(wall(1_000)))) >>> 0).toBe(65_536);
});

test('a sender report holds what it was given', () => {
  const [read] = RtcpPacketConverter.deSerialize(
    senderReport({
      ssrc: 0xffff_fffe,
      rtpTimestamp: 0xffff_ffff,
      packetCount: 3,
      octetCount: 4_000_000_000,
      wall: wall(1_000_500),
    }).serialize(),
  );
  expect(read).toMatchObject({
    ssrc: 0xffff_fffe,
    senderInfo: {
      ntpTimestamp: ntpTime(wall(1_000_500)),
      rtpTimestamp: 0xffff_ffff,
      packetCount: 3,
      octetCount: 4_000_000_000,
    },
  });
});

const nack = (lost: number[]) =>
  new RtcpTransportLayerFeedback({
    feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: 0xdead_beef, lost }),
  });
const pli = new RtcpPayloadSpecificFeedback({
  feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: 0xdead_beef }),
});
/** RFC 5104, 4.3.1: for two streams. */
const fir = {
  serialize: () =>
    Buffer.from('84ce0006 00000001 00000000 deadbeef 01000000 00000007 02000000'.replaceAll(' ', ''), 'hex'),
};
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

test('a NACK names each lost packet', () => {
  expect(arrived(nack([10, 11, 26, 27, 65_535]))).toEqual([
    { type: 'nack', ssrc: 0xdead_beef, lost: [10, 11, 26, 27, 65_535] },
  ]);
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
          lastSenderReport: 0x8000_0001,
          delaySinceLastSenderReport: 65_536,
        },
      ],
    },
  ]);
});

test('packets that travel together are read as if they came alone', () => {
  const alone = [arrived(rr), arrived(nack([3, 4])), arrived(pli), arrived(fir)].flat();
  expect(arrived(rr, nack([3, 4]), pli, fir)).toEqual(alone);
});

test('sequence numbers in a NACK wrap', () => {
  expect(arrived(nack([65_535, 0, 1]))).toEqual([{ type: 'nack', ssrc: 0xdead_beef, lost: [65_535, 0, 1] }]);
  // The same as one entry: PID 65535 and the two that follow it.
  const entry = Buffer.from('81cd0003 00000001 deadbeef ffff0003'.replaceAll(' ', ''), 'hex');
  expect(readRtcp(entry)).toEqual([{ type: 'nack', ssrc: 0xdead_beef, lost: [65_535, 0, 1] }]);
});

test('bytes that are no RTCP give nothing or something valid, and the reader does not throw', () => {
  const seed = Buffer.concat([rr, nack([1, 2, 3]), pli, fir].map((packet) => packet.serialize()));
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

test('a source description names every stream by the same CNAME', () => {
  const bytes = sourceDescription([1, 2], 'porch').serialize();
  expect(bytes[1]).toBe(202);
  expect(bytes.length).toBe(((bytes.readUInt16BE(2) as number) + 1) * 4);
  expect(bytes.toString('latin1').split('porch')).toHaveLength(3);
  expect([bytes.readUInt32BE(4), bytes[8], bytes[9]]).toEqual([1, 1, 'porch'.length]);
});
