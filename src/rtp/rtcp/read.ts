import { feedbackHeaderBytes } from './feedback.ts';
import { feedbackFormats, packetTypes, paddingBit, senderInfoBytes } from './packet-types.ts';
import { type ReceptionReport, readBlocks } from './reports.ts';

/** RTCP that means something to us. */
export type IncomingRtcp =
  /** RFC 4585, 6.2.1; `lost` are 16-bit sequence numbers. */
  | { readonly type: 'nack'; readonly ssrc: number; readonly lost: readonly number[] }
  /** PLI (RFC 4585, 6.3.1) or FIR (RFC 5104, 4.3.1): a keyframe is wanted. */
  | { readonly type: 'keyframe-request'; readonly ssrcs: readonly number[] }
  /** What the peer says of our streams, in a report of either kind. */
  | { readonly type: 'reports'; readonly reports: readonly ReceptionReport[] }
  | IncomingSenderReport
  /** These streams of the peer's have ended (RFC 3550, 6.6). */
  | { readonly type: 'goodbye'; readonly ssrcs: readonly number[] };

/** What a peer says of a stream it sends (RFC 3550, 6.4.1): one moment, on its wall clock and in the stream. */
export interface IncomingSenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  /** 64 bits: seconds since 1900, and their fraction. */
  readonly ntp: bigint;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
}

/** More packets than this named in one NACK are a peer that lost everything: it needs a keyframe, not them. */
const maxLost = 1_024;
const headerBytes = 8;

/**
 * Reads a compound packet (RFC 3550, 6.1; reduced-size ones too, RFC 5506). Total: what is malformed or unknown gives
 * nothing, and ends the reading where its length cannot be trusted.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P| RC / FMT|      PT       |     length in words - 1       |
 * |                       SSRC of the sender                      |
 * | PT 205, 206:           SSRC of the media                      |
 * | PT 205, FMT 1 (NACK):  PID      | BLP                         | ...
 * | PT 206, FMT 4 (FIR):   SSRC     | seq, reserved               | ...
 * | PT 200, 201 (SR, RR):  20 bytes of sender info in an SR; RC blocks of 24 bytes
 * | PT 203 (BYE):          RC times SSRC, the sender's the first
 * | P:                                            | padding bytes |
 * ```
 */
export function readRtcp(compound: Uint8Array): IncomingRtcp[] {
  const view = new DataView(compound.buffer, compound.byteOffset, compound.byteLength);
  const read: IncomingRtcp[] = [];
  let at = 0;
  while (at + 4 <= view.byteLength && view.getUint8(at) >> 6 === 2) {
    const end = at + 4 * (view.getUint16(at + 2) + 1);
    if (end > view.byteLength) break;
    const bytes = end - at - paddingOf(view, at, end);
    if (bytes >= headerBytes) readPacket(new DataView(view.buffer, view.byteOffset + at, bytes), read);
    at = end;
  }
  return read;
}

/**
 * Counts itself. Should be whole words (RFC 3550, 6.4.1), but browsers fill transport-wide feedback's last word so.
 * None at all takes all that there is, and so the packet away; so does one longer than that.
 */
function paddingOf(view: DataView, at: number, end: number): number {
  if ((view.getUint8(at) & paddingBit) === 0) return 0;
  return view.getUint8(end - 1) || end - at;
}

function readPacket(packet: DataView, read: IncomingRtcp[]): void {
  const count = packet.getUint8(0) & 0x1f;
  switch (packet.getUint8(1)) {
    case packetTypes.senderReport:
      if (packet.byteLength < headerBytes + senderInfoBytes) return;
      read.push(readSenderInfo(packet));
      read.push({ type: 'reports', reports: readBlocks(packet, headerBytes + senderInfoBytes, count) });
      return;
    case packetTypes.receiverReport:
      read.push({ type: 'reports', reports: readBlocks(packet, headerBytes, count) });
      return;
    case packetTypes.goodbye: {
      const ssrcs: number[] = [];
      for (let at = 4; ssrcs.length < count && at + 4 <= packet.byteLength; at += 4)
        ssrcs.push(packet.getUint32(at));
      read.push({ type: 'goodbye', ssrcs });
      return;
    }
    case packetTypes.transportFeedback:
      if (count === feedbackFormats.nack && packet.byteLength >= feedbackHeaderBytes)
        read.push(readNack(packet));
      return;
    case packetTypes.payloadFeedback: {
      if (packet.byteLength < feedbackHeaderBytes) return;
      if (count === feedbackFormats.pictureLoss)
        read.push({ type: 'keyframe-request', ssrcs: [packet.getUint32(8)] });
      if (count !== feedbackFormats.fullIntra) return;
      // A FIR names its streams in its entries; its own media SSRC is 0 (RFC 5104, 4.3.1.2).
      const ssrcs: number[] = [];
      for (let at = feedbackHeaderBytes; at + 8 <= packet.byteLength; at += 8)
        ssrcs.push(packet.getUint32(at));
      read.push({ type: 'keyframe-request', ssrcs });
    }
  }
}

function readSenderInfo(packet: DataView): IncomingSenderReport {
  return {
    type: 'sender-report',
    ssrc: packet.getUint32(4),
    ntp: packet.getBigUint64(8),
    rtpTimestamp: packet.getUint32(16),
    packetCount: packet.getUint32(20),
    octetCount: packet.getUint32(24),
  };
}

function readNack(packet: DataView): IncomingRtcp {
  const lost: number[] = [];
  for (let at = feedbackHeaderBytes; at + 4 <= packet.byteLength && lost.length < maxLost; at += 4) {
    const first = packet.getUint16(at);
    const following = packet.getUint16(at + 2);
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1) if ((following >> bit) & 1) lost.push((first + bit + 1) & 0xffff);
  }
  return { type: 'nack', ssrc: packet.getUint32(8), lost };
}
