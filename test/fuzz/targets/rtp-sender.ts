import { PacketHistory } from '../../../src/rtp/history.ts';
import type { PacketSink } from '../../../src/rtp/outgoing.ts';
import type { PacketizedFrame } from '../../../src/rtp/packetizer.ts';
import { nack } from '../../../src/rtp/rtcp/feedback.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { RtpSender } from '../../../src/rtp/sender.ts';
import { continuity, ms, wallAt } from '../../rtp/frames.ts';
import { readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

const mediaSsrc = 0x1111;
const rtxSsrc = 0x2222;
/** Just before the sequence numbers wrap. */
const firstIndex = 65_520;

/** What an arriving packet is, by its `from`: RTCP of the viewer, or a frame, each byte the size of a payload. */
const kinds = ['rtcp', 'sent', 'sent to others', 'caught up', 'sent until the viewer is full'] as const;
const from = (kind: (typeof kinds)[number]) => kinds.indexOf(kind);
const frame = (kind: (typeof kinds)[number], ...payloads: number[]) => ({
  gapMs: 33,
  from: from(kind),
  bytes: Uint8Array.from(payloads),
});
const lost = (gapMs: number, first: number, count: number) => ({
  gapMs,
  from: from('rtcp'),
  bytes: nack(
    { from: 1, about: mediaSsrc },
    Array.from({ length: count }, (_, at) => (first + at) & 0xffff),
  ),
});
const seeds = [
  [...Array.from({ length: 8 }, () => frame('sent', 200, 200, 3)), lost(5, firstIndex, 24), lost(5, 0, 8)],
  [frame('sent', 90), ...Array.from({ length: 12 }, () => lost(5, firstIndex, 1))],
  [frame('sent to others', 9, 9), frame('caught up', 250), frame('sent', 1, 2), lost(100, firstIndex, 60)],
  [frame('sent until the viewer is full', 9, 9, 9), frame('sent', 40), lost(1, firstIndex, 9)],
];
/** Payloads are shared, as they are among viewers: what goes out must be the very one that was cut. */
const bytes = Buffer.alloc(256);

/** Holds what goes out to what an RTX stream is (RFC 4588, 4), and weighs it. */
class Watch implements PacketSink {
  readonly congested = false;
  /** Packets that are taken before the viewer is full. */
  room = Number.POSITIVE_INFINITY;
  firstBytes = 0;
  againBytes = 0;
  readonly #next = { media: firstIndex, rtx: firstIndex };
  readonly #sent = new Map<number, Uint8Array>();

  packet(
    header: Buffer,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): boolean {
    promise(ssrc === (prefix ? rtxSsrc : mediaSsrc), 'RTX has its own SSRC');
    promise(
      packetIndex === this.#next[prefix ? 'rtx' : 'media']++,
      'no packet index is left out or comes twice',
    );
    promise(header.readUInt16BE(2) === packetIndex % 65_536, 'a header carries its packet index');
    // A dropped one has its number all the same, and may be asked for.
    if (!prefix) this.#sent.set(packetIndex % 65_536, payload);
    this.room -= 1;
    if (this.room < 0) return false;
    const weight = header.length + payload.length;
    if (prefix) {
      const original = ((prefix[0] as number) << 8) | (prefix[1] as number);
      promise(
        this.#sent.get(original) === payload,
        'only what this viewer was sent is sent again, by its number',
      );
      this.againBytes += weight;
    } else {
      this.firstBytes += weight;
    }
    return true;
  }
}

export const target: FuzzTarget = {
  about: 'NACKs of a viewer that claims no round trip: for what it was sent, others were, or nobody was',
  seeds: [],
  inputs: sequences(seeds),
  take(input) {
    const history = new PacketHistory();
    const watch = new Watch();
    let transportSequence = 0;
    const sender = new RtpSender(
      {
        ssrc: mediaSsrc,
        payloadType: 96,
        clockRate: 90_000,
        mid: '0',
        extensions: { mid: 1, transportWideCc: 2 },
        rtx: { ssrc: rtxSsrc, payloadType: 97 },
        continuity: continuity({ nextIndex: firstIndex, nextRtxIndex: firstIndex }),
        wallAt,
      },
      history,
      { next: () => transportSequence++ },
    );
    let now = 1_000;
    let nextIndex = 0;
    const push = (sizes: Uint8Array): PacketizedFrame => {
      const payloads = Array.from(sizes, (size) => bytes.subarray(0, size));
      const cut = {
        firstIndex: nextIndex,
        payloads,
        keyframe: sizes[0] === 250,
        captureMs: ms(now),
        bytes: sizes.reduce((sum, size) => sum + size, 0),
      };
      nextIndex += payloads.length;
      history.push(cut);
      return cut;
    };
    for (const packet of readSequence(input)) {
      now += packet.gapMs;
      watch.room = Number.POSITIVE_INFINITY;
      switch (kinds[packet.from % kinds.length]) {
        case 'rtcp':
          for (const read of readRtcp(packet.bytes))
            if (read.type === 'nack') sender.retransmit(read.lost, ms(now), watch, 0);
          break;
        case 'sent':
          sender.send(push(packet.bytes), watch);
          break;
        case 'sent to others':
          push(packet.bytes);
          break;
        case 'caught up':
          push(packet.bytes);
          sender.catchUp(history.sinceKeyframe(), watch);
          break;
        case 'sent until the viewer is full':
          watch.room = 2;
          sender.send(push(packet.bytes), watch);
          break;
        case undefined:
          break;
      }
      promise(watch.againBytes <= watch.firstBytes, 'no more is sent again than was sent');
    }
  },
  steps: { fixed: 4_000, perByte: 100 },
  bytes: { fixed: 20_000, perByte: 200 },
};
