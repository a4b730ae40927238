import { rtpHeaderBytes } from '../rtp/incoming.ts';

/** Whether the lengths an RTP header tells of itself stay inside its datagram. */
export function rtpHeaderFits(datagram: Uint8Array): boolean {
  return rtpHeaderBytes(datagram) !== undefined;
}
