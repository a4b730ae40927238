/**
 * Where one viewer's packets go: sealed and handed to the socket before {@link PacketSink.packet} returns. Called with
 * pieces, not objects: in steady state nothing is allocated for a packet but what encryption makes.
 */
export interface PacketSink {
  /**
   * Takes one RTP packet.
   *
   * @param header Lent: it may still be read by the socket while it is among the last {@link maxQueuedPackets} that
   *   the sink took, and is written again after that.
   * @param prefix In front of the payload: an RTX packet's original sequence number (RFC 4588, 4). Read before the
   *   call returns.
   * @param payload Shared with other viewers; never written to.
   * @param packetIndex 48-bit SRTP packet index: rollover counter and sequence number (RFC 3711, 3.3.1). Given once
   *   for each SSRC, also where the packet is dropped.
   * @returns False where the packet was dropped because the viewer takes them too slowly; the rest of its frame is of
   *   no use then. A packet that has nowhere to go (not connected, no consent) is dropped too, and gives true.
   */
  packet(
    header: Buffer,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): boolean;
  /** The viewer is behind: what comes now would be dropped. False again as soon as its queue has run low. */
  readonly congested: boolean;
}

/** Datagrams that may wait for one viewer: a large keyframe; more of them only make the picture late. */
export const maxQueuedPackets = 256;

/** The next transport-wide sequence number of a session; shared by all its senders. */
export interface TransportSequence {
  next(): number;
}
