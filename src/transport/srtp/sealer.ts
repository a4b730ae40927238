import type { SrtpCipher } from './cipher.ts';
import type { SrtpMasterKeys } from './keys.ts';
import { srtpCipher } from './profiles.ts';

/** SRTCP indexes have 31 bits, and none may come twice under one key (RFC 3711, 3.2.3 and 9.2). */
const rtcpIndexes = 0x8000_0000;

/** Seals what we send under one direction's master keys. */
export class SrtpSealer {
  readonly #cipher: SrtpCipher;
  #rtcpIndex = 0;

  constructor(keys: SrtpMasterKeys) {
    this.#cipher = srtpCipher(keys);
  }

  /**
   * Seals one RTP packet. The caller counts: `packetIndex` is 48 bits of rollovers and sequence number, and must
   * never come twice for one SSRC, or both packets are given away (RFC 3711, 9.1; RFC 7714, 8.4).
   *
   * @param header whole, extensions and all.
   * @param prefix in front of the payload: an RTX packet's original sequence number.
   * @returns the datagram in pieces, `header` itself in front. The array is reused by the next call, the pieces are
   *   not.
   */
  rtp(
    header: Uint8Array,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): readonly Uint8Array[] {
    return this.#cipher.sealRtp(header, prefix, payload, ssrc, packetIndex);
  }

  /**
   * Seals one RTCP compound of at least 8 bytes, in an order of its own.
   *
   * @throws RangeError after 2^31 of them: at one a second, 68 years.
   */
  rtcp(compound: Uint8Array): Buffer {
    if (this.#rtcpIndex >= rtcpIndexes) throw new RangeError('the SRTCP indexes of these keys are used up');
    const ssrc = new DataView(compound.buffer, compound.byteOffset, compound.byteLength).getUint32(4);
    const index = this.#rtcpIndex;
    this.#rtcpIndex += 1;
    return this.#cipher.sealRtcp(compound, ssrc, index);
  }
}
