/**
 * One direction's protection under one profile: bytes in, bytes out, no memory of what came before. Indexes, SSRCs and
 * lengths are their caller's, who has read them from the packet and has seen that {@link rtpTagBytes} or
 * {@link rtcpTrailerBytes} fit in.
 */
export interface SrtpCipher {
  /** Bytes behind the payload of an SRTP packet. */
  readonly rtpTagBytes: number;
  /** Bytes behind the ciphertext of an SRTCP packet: its tag, and the word with its index. */
  readonly rtcpTrailerBytes: number;
  /** Where the index word begins, from the end of an SRTCP packet. */
  readonly rtcpIndexFromEnd: number;

  /** The datagram in pieces, `header` itself in front; the array is reused by the next call, the pieces are not. */
  sealRtp(
    header: Uint8Array,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): readonly Uint8Array[];
  /** The packet in the clear, or undefined where its tag is wrong. */
  openRtp(datagram: Uint8Array, headerBytes: number, ssrc: number, packetIndex: number): Buffer | undefined;
  sealRtcp(compound: Uint8Array, ssrc: number, index: number): Buffer;
  /** The compound in the clear, or undefined where its tag is wrong. */
  openRtcp(datagram: Uint8Array, ssrc: number, index: number): Buffer | undefined;
}

/** What stays readable of an RTCP compound: the first packet's header and its sender's SSRC (RFC 3711, 3.4). */
export const rtcpClearBytes = 8;
/** The word in front of which an SRTCP packet's encryption ends: E, then 31 bits of index (RFC 3711, 3.4). */
export const rtcpIndexBytes = 4;
/** E: the packet is encrypted. */
export const rtcpEncrypted = 0x8000_0000;

/** The index word of an encrypted SRTCP packet. */
export function rtcpIndexWord(index: number): Buffer {
  const word = Buffer.allocUnsafe(rtcpIndexBytes);
  word.writeUInt32BE((rtcpEncrypted | index) >>> 0, 0);
  return word;
}
