import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtcpPacketConverter } from 'werift';
import type { WallMs } from '../../../src/clock.ts';
import { ntpTime } from '../../../src/rtp/rtcp/ntp.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { type ReceptionReport, receiverReport, senderReport } from '../../../src/rtp/rtcp/reports.ts';
import { hex } from './hex.ts';

const wall = (ms: number) => ms as WallMs;

const block: ReceptionReport = {
  ssrc: 0xdead_beef,
  fractionLost: 0.25,
  packetsLost: -2,
  highestSequence: 0x0001_0009,
  jitter: 17,
  lastSenderReport: 0x8000_0001,
  delaySinceLastSenderReport: 65_536,
};
const blockBytes = 'deadbeef 40fffffe 00010009 00000011 80000001 00010000';

test('a sender report is the bytes of RFC 3550, 6.4.1', () => {
  const bytes = senderReport(
    {
      ssrc: 0xffff_fffe,
      rtpTimestamp: 0xffff_ffff,
      packetCount: 3,
      octetCount: 4_000_000_000,
      wall: wall(500),
    },
    [block],
  );
  expect(bytes).toEqual(hex(`81c8 000c fffffffe 83aa7e80 80000000 ffffffff 00000003 ee6b2800 ${blockBytes}`));
});

test('a receiver report is the bytes of RFC 3550, 6.4.2, with blocks and without', () => {
  expect(receiverReport(7, [block])).toEqual(hex(`81c9 0007 00000007 ${blockBytes}`));
  expect(receiverReport(7)).toEqual(hex('80c9 0001 00000007'));
});

test('a sender report is read as the moment it tells of, and as its blocks', () => {
  const read = readRtcp(
    senderReport({ ssrc: 5, rtpTimestamp: 6, packetCount: 7, octetCount: 8, wall: wall(1_000_500) }, [block]),
  );
  expect(read).toEqual([
    {
      type: 'sender-report',
      ssrc: 5,
      ntp: ntpTime(wall(1_000_500)),
      rtpTimestamp: 6,
      packetCount: 7,
      octetCount: 8,
    },
    { type: 'reports', reports: [block] },
  ]);
});

test('another stack reads our reports as we mean them', () => {
  const read = RtcpPacketConverter.deSerialize(
    senderReport({ ssrc: 5, rtpTimestamp: 6, packetCount: 7, octetCount: 8, wall: wall(1_000_500) }, [
      { ...block, packetsLost: 3 },
    ]),
  );
  expect(read).toMatchObject([
    {
      ssrc: 5,
      senderInfo: { ntpTimestamp: ntpTime(wall(1_000_500)), rtpTimestamp: 6, packetCount: 7, octetCount: 8 },
      reports: [
        {
          ssrc: 0xdead_beef,
          fractionLost: 64,
          packetsLost: 3,
          highestSequence: 0x0001_0009,
          jitter: 17,
          lsr: 0x8000_0001,
          dlsr: 65_536,
        },
      ],
    },
  ]);
});

test('what does not fit its field is cut to the largest that does', () => {
  const [read] = readRtcp(
    receiverReport(1, [
      {
        ...block,
        fractionLost: 1,
        packetsLost: 2 ** 30,
        jitter: 1e12,
        delaySinceLastSenderReport: 1e12,
        highestSequence: 2 ** 32 + 5,
      },
      { ...block, packetsLost: -(2 ** 30) },
    ]),
  );
  expect(read).toMatchObject({
    reports: [
      {
        fractionLost: 255 / 256,
        packetsLost: 0x7f_ffff,
        jitter: 0xffff_ffff,
        delaySinceLastSenderReport: 0xffff_ffff,
        highestSequence: 5,
      },
      { packetsLost: -0x80_0000 },
    ],
  });
});

test('any report block read back is what was written; the 32nd is left out', () => {
  const word = fc.nat(0xffff_ffff);
  const blocks = fc.array(
    fc.record({
      ssrc: word,
      fractionLost: fc.nat(255).map((n) => n / 256),
      packetsLost: fc.integer({ min: -0x80_0000, max: 0x7f_ffff }),
      highestSequence: word,
      jitter: word,
      lastSenderReport: word,
      delaySinceLastSenderReport: word,
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(word, blocks, (ssrc, reports) => {
      expect(readRtcp(receiverReport(ssrc, reports))).toEqual([
        { type: 'reports', reports: reports.slice(0, 31) },
      ]);
    }),
  );
});
