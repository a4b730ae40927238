import {
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import type { WallMs } from '../clock.ts';
import type { SenderReport } from '../rtp/sender.ts';

/** What a receiver reports of one of our streams (RFC 3550, 6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number;
  /** 0 to 1, since the last report. */
  readonly fractionLost: number;
  /** Middle 32 bits of the NTP time of the last sender report it saw; 0 for none. */
  readonly lastSenderReport: number;
  /** Since then, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

/** RTCP that means something to a sender. */
export type IncomingRtcp =
  /** RFC 4585, 6.2.1; `lost` are 16-bit sequence numbers. */
  | { readonly type: 'nack'; readonly ssrc: number; readonly lost: readonly number[] }
  /** PLI (RFC 4585, 6.3.1) or FIR (RFC 5104, 4.3.1): a keyframe is wanted. */
  | { readonly type: 'keyframe-request'; readonly ssrcs: readonly number[] }
  | { readonly type: 'reports'; readonly reports: readonly ReceptionReport[] };

export interface SenderReportFields extends SenderReport {
  readonly wall: WallMs;
}

/** Seconds from 1900 (NTP) to 1970 (Unix), RFC 5905, 6. */
const ntpEpochOffsetSeconds = 2_208_988_800n;

/** 64-bit NTP time of a wall time: seconds in the upper half, binary fraction in the lower (RFC 3550, 4). */
export function ntpTime(wall: WallMs): bigint {
  const microseconds = BigInt(Math.round(wall * 1000));
  const seconds = microseconds / 1_000_000n;
  const fraction = ((microseconds % 1_000_000n) << 32n) / 1_000_000n;
  return ((seconds + ntpEpochOffsetSeconds) << 32n) | fraction;
}

/** Middle 32 bits of an NTP time: the LSR field, and what round trips are counted in (1/65536 s). */
export function middle32(ntp: bigint): number {
  return Number((ntp >> 16n) & 0xffff_ffffn);
}

/** A sender report with a right NTP fraction, which werift's own have not. */
export function senderReport({
  ssrc,
  rtpTimestamp,
  packetCount,
  octetCount,
  wall,
}: SenderReportFields): RtcpSrPacket {
  return new RtcpSrPacket({
    ssrc,
    senderInfo: new RtcpSenderInfo({ ntpTimestamp: ntpTime(wall), rtpTimestamp, packetCount, octetCount }),
  });
}

/** SDES item type of the canonical name (RFC 3550, 6.5.1). */
const cnameItem = 1;

/** Says that all these streams are of one source: what lets a receiver play sound and picture in step. */
export function sourceDescription(ssrcs: readonly number[], cname: string): RtcpSourceDescriptionPacket {
  return new RtcpSourceDescriptionPacket({
    chunks: ssrcs.map(
      (source) =>
        new SourceDescriptionChunk({
          source,
          items: [new SourceDescriptionItem({ type: cnameItem, text: cname })],
        }),
    ),
  });
}

/**
 * Reads a compound packet (RFC 3550, 6.1; reduced-size ones too, RFC 5506) for what concerns a sender. Total: what is
 * malformed or unknown gives nothing, and ends the reading where its length cannot be trusted.
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
 * ```
 */
export function readRtcp(compound: Uint8Array): IncomingRtcp[] {
  const view = new DataView(compound.buffer, compound.byteOffset, compound.byteLength);
  const read: IncomingRtcp[] = [];
  let at = 0;
  while (at + 8 <= view.byteLength && view.getUint8(at) >> 6 === 2) {
    const end = at + 4 * (view.getUint16(at + 2) + 1);
    if (end > view.byteLength || end < at + 8) break;
    const packet = readPacket(new DataView(view.buffer, view.byteOffset + at, end - at));
    if (packet) read.push(packet);
    at = end;
  }
  return read;
}

const packetTypes = { senderReport: 200, receiverReport: 201, transportFeedback: 205, payloadFeedback: 206 };
const reportBlockBytes = 24;
const senderInfoBytes = 20;

function readPacket(packet: DataView): IncomingRtcp | undefined {
  const count = packet.getUint8(0) & 0x1f;
  switch (packet.getUint8(1)) {
    case packetTypes.senderReport:
      return { type: 'reports', reports: readReports(packet, 8 + senderInfoBytes, count) };
    case packetTypes.receiverReport:
      return { type: 'reports', reports: readReports(packet, 8, count) };
    case packetTypes.transportFeedback:
      return count === 1 && packet.byteLength >= 12 ? readNack(packet) : undefined;
    case packetTypes.payloadFeedback: {
      if (packet.byteLength < 12) return undefined;
      if (count === 1) return { type: 'keyframe-request', ssrcs: [packet.getUint32(8)] };
      if (count !== 4) return undefined;
      // A FIR names its streams in its entries; its own media SSRC is 0 (RFC 5104, 4.3.1.2).
      const ssrcs: number[] = [];
      for (let at = 12; at + 8 <= packet.byteLength; at += 8) ssrcs.push(packet.getUint32(at));
      return { type: 'keyframe-request', ssrcs };
    }
    default:
      return undefined;
  }
}

function readNack(packet: DataView): IncomingRtcp {
  const lost: number[] = [];
  for (let at = 12; at + 4 <= packet.byteLength; at += 4) {
    const first = packet.getUint16(at);
    const following = packet.getUint16(at + 2);
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1) if ((following >> bit) & 1) lost.push((first + bit + 1) & 0xffff);
  }
  return { type: 'nack', ssrc: packet.getUint32(8), lost };
}

function readReports(packet: DataView, start: number, count: number): ReceptionReport[] {
  const reports: ReceptionReport[] = [];
  for (let block = 0, at = start; block < count && at + reportBlockBytes <= packet.byteLength; block += 1) {
    reports.push({
      ssrc: packet.getUint32(at),
      fractionLost: packet.getUint8(at + 4) / 256,
      lastSenderReport: packet.getUint32(at + 16),
      delaySinceLastSenderReport: packet.getUint32(at + 20),
    });
    at += reportBlockBytes;
  }
  return reports;
}
