import {
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
} from 'node:crypto';
import { rtcpClearBytes, rtcpIndexBytes, rtcpIndexWord, type SrtpCipher } from './cipher.ts';
import type { SrtpKeySets } from './derivation.ts';

const ivBytes = 12;
const tagBytes = 16;
/** The longest prefix and payload that a sender gives; more is put together anew. */
const usualTextBytes = 1_500;

/**
 * AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714).
 *
 * ```
 * SRTP   | RTP header | ciphertext | tag (16) |                          header: associated data (8.2)
 * SRTCP  | 8 bytes of RTCP | ciphertext | tag (16) | E, index (4) |      first and last: associated data (9.2)
 * IV     salt xor | 00 00 | SSRC | ROC | SEQ |                           (8.1)
 *        salt xor | 00 00 | SSRC | 00 00 | 0, index |                    (9.1)
 * ```
 */
export class GcmCipher implements SrtpCipher {
  readonly rtpTagBytes = tagBytes;
  readonly rtcpTrailerBytes = tagBytes + rtcpIndexBytes;
  readonly rtcpIndexFromEnd = rtcpIndexBytes;
  readonly #algorithm: CipherGCMTypes;
  // Imported once: that is most of what a cipher costs.
  readonly #rtpKey: KeyObject;
  readonly #rtcpKey: KeyObject;
  readonly #rtpIv: GcmIv;
  readonly #rtcpIv: GcmIv;
  readonly #sealed: Uint8Array[] = [];
  readonly #text = Buffer.allocUnsafe(usualTextBytes);

  constructor({ rtp, rtcp }: SrtpKeySets) {
    this.#algorithm = rtp.key.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm';
    this.#rtpKey = createSecretKey(rtp.key);
    this.#rtcpKey = createSecretKey(rtcp.key);
    this.#rtpIv = new GcmIv(rtp.salt);
    this.#rtcpIv = new GcmIv(rtcp.salt);
  }

  sealRtp(
    header: Uint8Array,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): readonly Uint8Array[] {
    const cipher = createCipheriv(this.#algorithm, this.#rtpKey, this.#rtpIv.of(ssrc, packetIndex));
    cipher.setAAD(header);
    this.#sealed[0] = header;
    this.#sealed[1] = cipher.update(prefix ? this.#together(prefix, payload) : payload);
    cipher.final();
    this.#sealed[2] = cipher.getAuthTag();
    return this.#sealed;
  }

  openRtp(datagram: Uint8Array, headerBytes: number, ssrc: number, packetIndex: number): Buffer | undefined {
    const header = datagram.subarray(0, headerBytes);
    const iv = this.#rtpIv.of(ssrc, packetIndex);
    return this.#open(this.#rtpKey, iv, header, header, datagram.subarray(headerBytes));
  }

  sealRtcp(compound: Uint8Array, ssrc: number, index: number): Buffer {
    const clear = compound.subarray(0, rtcpClearBytes);
    const word = rtcpIndexWord(index);
    const cipher = createCipheriv(this.#algorithm, this.#rtcpKey, this.#rtcpIv.of(ssrc, index));
    cipher.setAAD(Buffer.concat([clear, word]));
    const text = cipher.update(compound.subarray(rtcpClearBytes));
    cipher.final();
    return Buffer.concat([clear, text, cipher.getAuthTag(), word]);
  }

  openRtcp(datagram: Uint8Array, ssrc: number, index: number): Buffer | undefined {
    const end = datagram.length - rtcpIndexBytes;
    const clear = datagram.subarray(0, rtcpClearBytes);
    const associated = Buffer.concat([clear, datagram.subarray(end)]);
    const iv = this.#rtcpIv.of(ssrc, index);
    return this.#open(this.#rtcpKey, iv, clear, associated, datagram.subarray(rtcpClearBytes, end));
  }

  #open(key: KeyObject, iv: Buffer, clear: Uint8Array, associated: Uint8Array, sealed: Uint8Array) {
    const textBytes = sealed.length - tagBytes;
    const decipher = createDecipheriv(this.#algorithm, key, iv, { authTagLength: tagBytes });
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(textBytes));
    const text = decipher.update(sealed.subarray(0, textBytes));
    try {
      decipher.final();
    } catch {
      return undefined; // the tag does not belong to these bytes
    }
    return Buffer.concat([clear, text]);
  }

  #together(prefix: Uint8Array, payload: Uint8Array): Uint8Array {
    const bytes = prefix.length + payload.length;
    if (bytes > usualTextBytes) return Buffer.concat([prefix, payload]);
    this.#text.set(prefix, 0);
    this.#text.set(payload, prefix.length);
    return this.#text.subarray(0, bytes);
  }
}

/** A session salt, and the nonce it makes with an SSRC and an index; written anew by each call. */
class GcmIv {
  readonly #salt: DataView;
  readonly #iv: Buffer;
  readonly #view: DataView;

  constructor(salt: Buffer) {
    this.#salt = new DataView(salt.buffer, salt.byteOffset, ivBytes);
    this.#iv = Buffer.from(salt.subarray(0, ivBytes));
    this.#view = new DataView(this.#iv.buffer, this.#iv.byteOffset, ivBytes);
  }

  /** The index of an SRTP packet has 48 bits; SRTCP's 31 bits in the same place are what RFC 7714, 9.1 wants. */
  of(ssrc: number, index: number): Buffer {
    this.#view.setUint32(2, this.#salt.getUint32(2) ^ ssrc);
    this.#view.setUint32(6, this.#salt.getUint32(6) ^ Math.floor(index / 0x1_0000));
    this.#view.setUint16(10, this.#salt.getUint16(10) ^ (index % 0x1_0000));
    return this.#iv;
  }
}
