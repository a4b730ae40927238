import { readRtp } from '../../../src/rtp/incoming.ts';
import { MediaReceiver, type ReceivedSection } from '../../../src/rtp/receiver.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { ms } from '../../rtp/frames.ts';
import { readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

const section: ReceivedSection = {
  mid: '0',
  payloadType: 96,
  rtxPayloadType: 97,
  clockRate: 90_000,
  ssrcs: [],
  nack: true,
  extensions: { mid: 1, transportWideCc: 2 },
};

/** An RTP packet with MID and transport-wide number; an RTX one has the lost number in front of its payload. */
function packet(
  payloadType: number,
  ssrc: number,
  sequence: number,
  transport: number,
  original?: number,
): Buffer {
  const head = Buffer.alloc(12 + 4 + 8);
  head.writeUInt16BE(0x9000 | payloadType, 0);
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(sequence * 3_000, 4);
  head.writeUInt32BE(ssrc, 8);
  head.writeUInt32BE(0xbede0002, 12);
  head.set([0x10, 0x30, 0x21, (transport >> 8) & 0xff, transport & 0xff], 16);
  const payload = Buffer.alloc(20, 0xab);
  if (original !== undefined) payload.writeUInt16BE(original & 0xffff, 0);
  return Buffer.concat([head, payload]);
}

const media = (count: number, first: number, step = 1) =>
  Array.from({ length: count }, (_, at) => ({
    gapMs: 10,
    from: 0,
    bytes: packet(96, 5, first + at * step, at),
  }));
const rtx = (count: number, lost: number) =>
  Array.from({ length: count }, (_, at) => ({
    gapMs: 3,
    from: 0,
    bytes: packet(97, 6, at, 100 + at, lost + at * 2),
  }));
const seeds = [
  media(20, 65_526),
  [...media(10, 100, 2), ...rtx(9, 101)],
  [...media(4, 0, 300), ...rtx(4, 1)],
  Array.from({ length: 12 }, (_, at) => ({ gapMs: 10, from: 0, bytes: packet(96, 100 + at, at, at) })),
];
/** As long as a receiver may be asked: some RTCP each second, and every packet's own. */
const maxFeedbackBytes = 1_500;

export const target: FuzzTarget = {
  about: 'packets of a talker: losses, retransmissions, restarts, other streams, a clock that jumps',
  seeds: [],
  inputs: sequences(seeds),
  take(input) {
    const receiver = new MediaReceiver();
    receiver.negotiate([section]);
    let now = 1_000;
    let [inBytes, outBytes, mediaBytes, packets] = [0, 0, 0, 0];
    for (const { gapMs, bytes } of readSequence(input)) {
      const until = now + gapMs;
      // As the edge does it: woken when something is due, at most so often.
      for (let wakes = 0; wakes < 8; wakes += 1) {
        const { deadline } = receiver;
        if (deadline === undefined || deadline > until) break;
        now = Math.max(now, deadline);
        for (const feedback of receiver.tick(ms(now), 1)) {
          promise(feedback.length <= maxFeedbackBytes, 'a feedback fits a datagram');
          outBytes += feedback.length;
        }
      }
      now = until;
      packets += 1;
      inBytes += bytes.length;
      const rtp = readRtp(bytes);
      if (rtp) mediaBytes += receiver.receive(rtp, ms(now))?.packet.payload.length ?? 0;
      for (const report of readRtcp(bytes)) {
        if (report.type === 'goodbye') receiver.goodbye(report.ssrcs);
        if (report.type === 'sender-report') receiver.senderReport(report, ms(now));
      }
    }
    promise(mediaBytes <= inBytes, 'media is what came');
    promise(outBytes <= packets * 8 * maxFeedbackBytes, 'feedback is bounded by what came');
    promise(receiver.reports(ms(now)).length <= 4, 'few streams of one section are known');
  },
  steps: { fixed: 50_000, perByte: 400 },
  bytes: { fixed: 50_000, perByte: 400 },
};
