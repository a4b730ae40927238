/** One RTP packet ready to be sealed and sent: what `rtp` makes and `transport` takes. */
export interface OutgoingPacket {
  readonly header: Uint8Array;
  /** In front of the payload: an RTX packet's original sequence number (RFC 4588, 4). */
  readonly prefix?: Uint8Array;
  readonly payload: Uint8Array;
  readonly ssrc: number;
  /** 48-bit SRTP packet index: rollover counter and sequence number (RFC 3711, 3.3.1). */
  readonly packetIndex: number;
}

/** The next transport-wide sequence number of a session; shared by all its senders. */
export interface TransportSequence {
  next(): number;
}
