import { goodbye, sourceDescription } from './description.ts';
import {
  maxReportBlocks,
  type ReceptionReport,
  receiverReport,
  type SenderReportFields,
  senderReport,
} from './reports.ts';

/** With the SRTCP index and tag, IP and UDP this stays below IPv6's minimum MTU of 1,280, as media does. */
const maxCompoundBytes = 1_150;
/** Of a name of 36 bytes (a UUID) and with all report blocks that fit beside it, this many stay below that. */
const reportsPerCompound = 8;
const blocksPerCompound = 12;

/** Who speaks in our compound packets. */
export interface Speaker {
  /** Of a stream of ours, or one that is ours and sends nothing. */
  readonly ssrc: number;
  readonly cname: string;
  /** Feedback may go without a report before it (RFC 5506; a=rtcp-rsize). */
  readonly reducedSize: boolean;
}

/**
 * What goes out every second: reports of what we send and of what we receive, in as many compound packets as they need
 * (RFC 3550, 6.1: each begins with a report and has the CNAME of who is in it). At least one.
 */
export function reportCompounds(
  { ssrc, cname }: Speaker,
  sent: readonly SenderReportFields[],
  received: readonly ReceptionReport[],
): Buffer[] {
  const count = Math.max(
    Math.ceil(sent.length / reportsPerCompound),
    Math.ceil(received.length / blocksPerCompound),
    1,
  );
  return Array.from({ length: count }, (_, place) => {
    const reports = sent.slice(place * reportsPerCompound, (place + 1) * reportsPerCompound);
    const blocks = received.slice(place * blocksPerCompound, (place + 1) * blocksPerCompound);
    if (reports.length === 0)
      return Buffer.concat([receiverReport(ssrc, blocks), sourceDescription([ssrc], cname)]);
    return Buffer.concat([
      ...reports.map((report, at) => senderReport(report, at === 0 ? blocks : [])),
      sourceDescription(
        reports.map((report) => report.ssrc),
        cname,
      ),
    ]);
  });
}

/** Feedback packets in as few compound packets as hold them; none for none. */
export function feedbackCompounds(
  { ssrc, cname, reducedSize }: Speaker,
  feedback: readonly Uint8Array[],
): Buffer[] {
  // The smallest beginning a compound may have (RFC 4585, 3.1): an empty report and the CNAME.
  const beginning = reducedSize ? [] : [receiverReport(ssrc), sourceDescription([ssrc], cname)];
  const beginningBytes = beginning.reduce((sum, { length }) => sum + length, 0);
  const compounds: Uint8Array[][] = [];
  let bytes = 0;
  for (const packet of feedback) {
    const current = compounds.at(-1);
    if (current && bytes + packet.length <= maxCompoundBytes) {
      current.push(packet);
      bytes += packet.length;
    } else {
      compounds.push([...beginning, packet]);
      bytes = beginningBytes + packet.length;
    }
  }
  return compounds.map((packets) => Buffer.concat(packets));
}

/** The last packet of a session: its streams have ended (RFC 3550, 6.3.7). */
export function goodbyeCompound({ ssrc, cname }: Speaker, ssrcs: readonly number[]): Buffer {
  const ended = ssrcs.slice(0, maxReportBlocks);
  return Buffer.concat([receiverReport(ssrc), sourceDescription([ssrc], cname), goodbye(ended)]);
}
