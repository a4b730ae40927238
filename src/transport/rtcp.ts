import {
  GenericNack,
  PictureLossIndication,
  type RtcpPacket,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpSenderInfo,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
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

/** Sorts out one parsed RTCP packet; undefined for what does not concern a sender. */
export function readRtcp(packet: RtcpPacket): IncomingRtcp | undefined {
  if (packet instanceof RtcpTransportLayerFeedback && packet.feedback instanceof GenericNack) {
    return { type: 'nack', ssrc: packet.feedback.mediaSourceSsrc, lost: packet.feedback.lost };
  }
  if (packet instanceof RtcpPayloadSpecificFeedback) {
    const { feedback } = packet;
    if (feedback instanceof PictureLossIndication)
      return { type: 'keyframe-request', ssrcs: [feedback.mediaSsrc] };
    // A FIR names its streams in its entries; its own media SSRC is 0 (RFC 5104, 4.3.1.2).
    if ('fir' in feedback) return { type: 'keyframe-request', ssrcs: feedback.fir.map(({ ssrc }) => ssrc) };
    return undefined;
  }
  if (packet instanceof RtcpRrPacket || packet instanceof RtcpSrPacket) {
    return {
      type: 'reports',
      reports: packet.reports.map(({ ssrc, fractionLost, lsr, dlsr }) => ({
        ssrc,
        fractionLost: fractionLost / 256,
        lastSenderReport: lsr,
        delaySinceLastSenderReport: dlsr,
      })),
    };
  }
  return undefined;
}
