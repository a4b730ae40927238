/**
 * What goes on under one SSRC when its sender is replaced (another feed, codec or payload type by renegotiation).
 * The packet indexes must: under one SRTP key an index used twice gives both packets away (RFC 7714, 8.4), and a
 * receiver counts rollovers on from what it saw. Timestamps and counts go on so that its reports stay true.
 */
export interface Continuity {
  /** Extended sequence number (SRTP packet index, RFC 3711, 3.3.1) of the next packet. */
  nextIndex: number;
  /** The same for the RTX stream, whose SSRC is its own. */
  nextRtxIndex: number;
  /** Added to every RTP timestamp (RFC 3550, 5.1). */
  readonly timestampOffset: number;
  /** Packets and payload bytes sent so far, without RTX (RFC 3550, 6.4.1). */
  packetCount: number;
  octetCount: number;
}

/** First sequence numbers are below this: far from the first wrap, whose loss would hide a rollover. */
const firstSequenceNumbers = 0x8000;

/** A stream that has sent nothing. `random` gives an integer from 0 to below its argument. */
export function beginContinuity(random: (below: number) => number): Continuity {
  return {
    nextIndex: random(firstSequenceNumbers),
    nextRtxIndex: random(firstSequenceNumbers),
    timestampOffset: random(0x1_0000_0000),
    packetCount: 0,
    octetCount: 0,
  };
}
