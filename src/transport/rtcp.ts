import {
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import { ntpTime } from '../rtp/rtcp/ntp.ts';
import type { SenderReportFields } from '../rtp/rtcp/reports.ts';

export { middle32, ntpTime } from '../rtp/rtcp/ntp.ts';
export { type IncomingRtcp, readRtcp } from '../rtp/rtcp/read.ts';
export type { SenderReportFields } from '../rtp/rtcp/reports.ts';

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
