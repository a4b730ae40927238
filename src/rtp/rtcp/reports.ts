import type { WallMs } from '../../clock.ts';
import type { SenderReport } from '../sender.ts';
import { ntpTime } from './ntp.ts';
import { packetTypes, reportBlockBytes, senderInfoBytes } from './packet-types.ts';

/** What a receiver says of one stream (RFC 3550, 6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number;
  /** 0 to below 1, since the last report; on the wire in 1/256. */
  readonly fractionLost: number;
  /** Since the beginning; below 0 where more came twice than were lost. 24 bits, signed. */
  readonly packetsLost: number;
  /** Extended: rollovers in the upper 16 bits. */
  readonly highestSequence: number;
  /** Mean deviation of the transit time, in timestamp units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report it saw; 0 for none. */
  readonly lastSenderReport: number;
  /** Since then, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

/** A sender report, and the wall time it is made at. */
export interface SenderReportFields extends SenderReport {
  readonly wall: WallMs;
}

/** A report packet counts its blocks in 5 bits (RFC 3550, 6.4.1). */
export const maxReportBlocks = 31;

const headerBytes = 8;
const int24 = 0x80_0000;

/**
 * Sender report (RFC 3550, 6.4.1), with what its sender has to say of others' streams; at most
 * {@link maxReportBlocks} of them.
 *
 * ```
 * |V=2|P|   RC    |    PT = 200   |       length in words - 1     |
 * |                             SSRC                              |
 * |                    NTP time, seconds, fraction                |
 * |  RTP time     |  packets      |  payload bytes  (a word each) |
 * |                           RC blocks                           |
 * ```
 */
export function senderReport(fields: SenderReportFields, blocks: readonly ReceptionReport[] = []): Buffer {
  const packet = reportPacket(packetTypes.senderReport, fields.ssrc, senderInfoBytes, blocks);
  packet.writeBigUInt64BE(BigInt.asUintN(64, ntpTime(fields.wall)), 8);
  packet.writeUInt32BE(fields.rtpTimestamp >>> 0, 16);
  packet.writeUInt32BE(fields.packetCount >>> 0, 20);
  packet.writeUInt32BE(fields.octetCount >>> 0, 24);
  return packet;
}

/** Receiver report of one that sends nothing (RFC 3550, 6.4.2): a sender report without the sender's words. */
export function receiverReport(ssrc: number, blocks: readonly ReceptionReport[] = []): Buffer {
  return reportPacket(packetTypes.receiverReport, ssrc, 0, blocks);
}

function reportPacket(
  type: number,
  ssrc: number,
  infoBytes: number,
  blocks: readonly ReceptionReport[],
): Buffer {
  const taken = blocks.slice(0, maxReportBlocks);
  const packet = Buffer.alloc(headerBytes + infoBytes + taken.length * reportBlockBytes);
  packet[0] = 0x80 | taken.length;
  packet[1] = type;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
  taken.forEach((block, place) => {
    writeBlock(packet, headerBytes + infoBytes + place * reportBlockBytes, block);
  });
  return packet;
}

/**
 * ```
 * |                             SSRC                              |
 * | fraction lost |            packets lost, signed               |
 * |                   extended highest sequence                   |
 * |                            jitter                             |
 * |                   LSR         |         DLSR  (a word each)   |
 * ```
 */
function writeBlock(packet: Buffer, at: number, block: ReceptionReport): void {
  packet.writeUInt32BE(block.ssrc, at);
  packet[at + 4] = Math.min(Math.max(Math.floor(block.fractionLost * 256), 0), 255);
  packet.writeIntBE(Math.min(Math.max(block.packetsLost, -int24), int24 - 1), at + 5, 3);
  packet.writeUInt32BE(block.highestSequence >>> 0, at + 8);
  packet.writeUInt32BE(Math.min(Math.floor(block.jitter), 0xffff_ffff), at + 12);
  packet.writeUInt32BE(block.lastSenderReport, at + 16);
  packet.writeUInt32BE(Math.min(Math.floor(block.delaySinceLastSenderReport), 0xffff_ffff), at + 20);
}

/** As many of `count` blocks as are there whole. */
export function readBlocks(packet: DataView, start: number, count: number): ReceptionReport[] {
  const reports: ReceptionReport[] = [];
  for (let at = start; reports.length < count && at + reportBlockBytes <= packet.byteLength; ) {
    reports.push({
      ssrc: packet.getUint32(at),
      fractionLost: packet.getUint8(at + 4) / 256,
      packetsLost: (packet.getInt32(at + 4) << 8) >> 8,
      highestSequence: packet.getUint32(at + 8),
      jitter: packet.getUint32(at + 12),
      lastSenderReport: packet.getUint32(at + 16),
      delaySinceLastSenderReport: packet.getUint32(at + 20),
    });
    at += reportBlockBytes;
  }
  return reports;
}
