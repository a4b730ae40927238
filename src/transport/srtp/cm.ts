import { timingSafeEqual } from 'node:crypto';
import { rtcpClearBytes, rtcpIndexBytes, rtcpIndexWord, type SrtpCipher } from './cipher.ts';
import type { SrtpKeySets } from './derivation.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import { KeyStream } from './key-stream.ts';

const tagBytes = 10;
const rolloverBytes = 4;
const nothing = new Uint8Array();

/**
 * AES_CM_128_HMAC_SHA1_80 (RFC 3711, 4), for peers that cannot do GCM.
 *
 * ```
 * SRTP   | RTP header | ciphertext | tag (10) |      tag over header, ciphertext and the rollover counter (4.2)
 * SRTCP  | 8 bytes of RTCP | ciphertext | E, index (4) | tag (10) |      tag over all before it (3.4)
 * ```
 */
export class CmCipher implements SrtpCipher {
  readonly rtpTagBytes = tagBytes;
  readonly rtcpTrailerBytes = rtcpIndexBytes + tagBytes;
  readonly rtcpIndexFromEnd = rtcpIndexBytes + tagBytes;
  readonly #rtpStream: KeyStream;
  readonly #rtcpStream: KeyStream;
  readonly #rtpMac: HmacSha1;
  readonly #rtcpMac: HmacSha1;
  readonly #rollover = Buffer.alloc(rolloverBytes);
  readonly #tag = Buffer.alloc(tagBytes);
  readonly #sealed: Uint8Array[] = [];

  constructor({ rtp, rtcp }: SrtpKeySets) {
    this.#rtpStream = new KeyStream(rtp.key, rtp.salt);
    this.#rtcpStream = new KeyStream(rtcp.key, rtcp.salt);
    this.#rtpMac = new HmacSha1(rtp.auth);
    this.#rtcpMac = new HmacSha1(rtcp.auth);
  }

  sealRtp(
    header: Uint8Array,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): readonly Uint8Array[] {
    const textBytes = (prefix?.length ?? 0) + payload.length;
    const text = this.#rtpStream.apply(prefix, payload, ssrc, packetIndex, tagBytes);
    this.#writeRtpTag(header, text.subarray(0, textBytes), packetIndex, text, textBytes);
    this.#sealed[0] = header;
    this.#sealed[1] = text.subarray(0, textBytes + tagBytes);
    return this.#sealed;
  }

  openRtp(datagram: Uint8Array, headerBytes: number, ssrc: number, packetIndex: number): Buffer | undefined {
    const end = datagram.length - tagBytes;
    const header = datagram.subarray(0, headerBytes);
    const sealed = datagram.subarray(headerBytes, end);
    this.#writeRtpTag(header, sealed, packetIndex, this.#tag, 0);
    if (!timingSafeEqual(this.#tag, datagram.subarray(end))) return undefined;
    const text = this.#rtpStream.apply(undefined, sealed, ssrc, packetIndex, 0);
    return Buffer.concat([header, text.subarray(0, sealed.length)]);
  }

  sealRtcp(compound: Uint8Array, ssrc: number, index: number): Buffer {
    const payload = compound.subarray(rtcpClearBytes);
    const text = this.#rtcpStream.apply(undefined, payload, ssrc, index, 0).subarray(0, payload.length);
    const sealed = Buffer.concat([
      compound.subarray(0, rtcpClearBytes),
      text,
      rtcpIndexWord(index),
      Buffer.alloc(tagBytes),
    ]);
    const end = sealed.length - tagBytes;
    this.#rtcpMac.write(sealed.subarray(0, end), nothing, nothing, sealed, end, tagBytes);
    return sealed;
  }

  openRtcp(datagram: Uint8Array, ssrc: number, index: number): Buffer | undefined {
    const end = datagram.length - tagBytes;
    this.#rtcpMac.write(datagram.subarray(0, end), nothing, nothing, this.#tag, 0, tagBytes);
    if (!timingSafeEqual(this.#tag, datagram.subarray(end))) return undefined;
    const sealed = datagram.subarray(rtcpClearBytes, end - rtcpIndexBytes);
    const text = this.#rtcpStream.apply(undefined, sealed, ssrc, index, 0);
    return Buffer.concat([datagram.subarray(0, rtcpClearBytes), text.subarray(0, sealed.length)]);
  }

  #writeRtpTag(
    header: Uint8Array,
    sealed: Uint8Array,
    packetIndex: number,
    target: Buffer,
    offset: number,
  ): void {
    this.#rollover.writeUInt32BE(Math.floor(packetIndex / 0x1_0000), 0);
    this.#rtpMac.write(header, sealed, this.#rollover, target, offset, tagBytes);
  }
}
