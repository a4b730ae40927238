/** One RTP packet that arrived, opened and read (RFC 3550, 5.1). */
export interface IncomingRtp {
  readonly ssrc: number;
  /** 7 bits. */
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequenceNumber: number;
  /** 32 bits, in the clock rate of the payload type. */
  readonly timestamp: number;
  readonly marker: boolean;
  readonly extensions: HeaderExtensions;
  /** Without padding; empty where a packet was sent for its size alone. A view into the datagram. */
  readonly payload: Uint8Array;
}

/** A header's extension block as it came (RFC 3550, 5.3.1); {@link readExtension} finds what is in it. */
export interface HeaderExtensions {
  /** 0 where the packet has none. */
  readonly profile: number;
  readonly block: Uint8Array;
}

const fixedHeaderBytes = 12;
const extensionHeaderBytes = 4;
const noExtensions: HeaderExtensions = { profile: 0, block: new Uint8Array() };

/**
 * How long a packet's header is by the lengths it tells of itself, extensions and all; undefined where that is more
 * than the datagram holds, or the version is not 2. For bytes that nobody has authenticated yet, too: SRTP leaves the
 * header readable.
 */
export function rtpHeaderBytes(datagram: Uint8Array): number | undefined {
  if (datagram.length < fixedHeaderBytes) return undefined;
  const first = datagram[0] ?? 0;
  if (first >> 6 !== 2) return undefined;
  let end = fixedHeaderBytes + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (end + extensionHeaderBytes > datagram.length) return undefined;
    end += extensionHeaderBytes + 4 * (((datagram[end + 2] ?? 0) << 8) | (datagram[end + 3] ?? 0));
  }
  return end <= datagram.length ? end : undefined;
}

/**
 * Reads a whole packet, after SRTP was opened. Total: undefined for what is no RTP.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |                          CC times CSRC                        |
 * | X:     profile                |       length in words         |
 * | X:     that many words                                        |
 * |                            payload                            |
 * | P:                              padding       | padding bytes |
 * ```
 */
export function readRtp(packet: Uint8Array): IncomingRtp | undefined {
  const headerBytes = rtpHeaderBytes(packet);
  if (headerBytes === undefined) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const first = view.getUint8(0);
  let end = packet.length;
  if ((first & 0x20) !== 0) {
    // The count includes itself, and ends inside the payload (RFC 3550, 5.1).
    const padding = view.getUint8(end - 1);
    end -= padding;
    if (padding === 0 || end < headerBytes) return undefined;
  }
  const extensionsAt = fixedHeaderBytes + 4 * (first & 0x0f);
  return {
    ssrc: view.getUint32(8),
    payloadType: view.getUint8(1) & 0x7f,
    sequenceNumber: view.getUint16(2),
    timestamp: view.getUint32(4),
    marker: (view.getUint8(1) & 0x80) !== 0,
    extensions:
      (first & 0x10) === 0
        ? noExtensions
        : {
            profile: view.getUint16(extensionsAt),
            block: packet.subarray(extensionsAt + extensionHeaderBytes, headerBytes),
          },
    payload: packet.subarray(headerBytes, end),
  };
}

const oneByteProfile = 0xbede;
/** Its low 4 bits are the application's (RFC 8285, 4.3). */
const twoByteProfile = 0x100;
/** In the one-byte form, ends the block whatever follows (RFC 8285, 4.2). */
const reservedId = 15;

/**
 * The data of the extension with this negotiated id, or undefined where the packet has none. Total; of two with the
 * same id the first counts.
 *
 * ```
 * one byte (RFC 8285, 4.2):   |  id   | len-1 | data ...
 * two bytes (RFC 8285, 4.3):  |      id       |      len      | data ...
 * a zero byte between elements is padding
 * ```
 */
export function readExtension({ profile, block }: HeaderExtensions, id: number): Uint8Array | undefined {
  const twoBytes = profile >> 4 === twoByteProfile;
  if (!twoBytes && profile !== oneByteProfile) return undefined;
  for (let at = 0; at < block.length; ) {
    const first = block[at] ?? 0;
    at += 1;
    if (first === 0) continue;
    const found = twoBytes ? first : first >> 4;
    // Id 0 with a length is as reserved as 15: nothing after it can be trusted.
    if (!twoBytes && (found === reservedId || found === 0)) return undefined;
    const bytes = twoBytes ? (block[at] ?? 0) : (first & 0x0f) + 1;
    if (twoBytes) at += 1;
    if (at + bytes > block.length) return undefined;
    if (found === id) return block.subarray(at, at + bytes);
    at += bytes;
  }
  return undefined;
}
