import type { WallMs } from '../clock.ts';
import { ntpTime } from './rtcp/ntp.ts';

/**
 * A viewer's RTP header, built once and patched for each packet (RFC 3550, 5.1; extensions in the one-byte form of
 * RFC 8285, 4.2).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |      0xBE     |      0xDE     |       length in words         |
 * |  id   | len-1 | data ...                                      |
 * ```
 */
const fixedBytes = 12;
const oneByteProfile = 0xbede;
const markerBit = 0x80;
const captureTimeBytes = 8;

/** URIs of the header extensions Vedette sends, by the name of their field in {@link ExtensionIds}. */
export const extensionUris = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  transportWideCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  playoutDelay: 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  absCaptureTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
} as const;

/** Negotiated ids (1 to 14); an absent one is not sent. */
export interface ExtensionIds {
  readonly mid?: number;
  readonly transportWideCc?: number;
  readonly playoutDelay?: number;
  readonly absCaptureTime?: number;
}

export interface HeaderFields {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly mid: string;
  readonly extensions: ExtensionIds;
}

/** The largest id the one-byte form can carry. */
export const maxExtensionId = 14;

export class HeaderTemplate {
  /** Size of every header made here, bytes. */
  readonly bytes: number;
  readonly #template: Buffer;
  readonly #transportWideCcAt: number;
  readonly #captureTimeAt: number;

  constructor({ ssrc, payloadType, mid, extensions }: HeaderFields) {
    const block: number[] = [];
    let transportWideCcAt = -1;
    if (extensions.mid !== undefined && mid.length > 0 && mid.length <= 16) {
      const text = Buffer.from(mid, 'latin1');
      block.push((extensions.mid << 4) | (text.length - 1), ...text);
    }
    if (extensions.transportWideCc !== undefined) {
      block.push((extensions.transportWideCc << 4) | 1);
      transportWideCcAt = fixedBytes + 4 + block.length;
      block.push(0, 0);
    }
    if (extensions.playoutDelay !== undefined) {
      // 12 bits each of minimum and maximum delay in 10 ms: both 0, show a frame as soon as it is decoded.
      block.push((extensions.playoutDelay << 4) | 2, 0, 0, 0);
    }
    let captureTimeAt = -1;
    if (extensions.absCaptureTime !== undefined) {
      block.push((extensions.absCaptureTime << 4) | (captureTimeBytes - 1));
      captureTimeAt = fixedBytes + 4 + block.length;
      block.push(...new Uint8Array(captureTimeBytes));
    }
    while (block.length % 4 !== 0) block.push(0);
    this.bytes = fixedBytes + (block.length > 0 ? 4 + block.length : 0);
    this.#template = Buffer.alloc(this.bytes);
    this.#transportWideCcAt = transportWideCcAt;
    this.#captureTimeAt = captureTimeAt;
    this.#template[0] = 0x80 | (block.length > 0 ? 0x10 : 0);
    this.#template[1] = payloadType;
    this.#template.writeUInt32BE(ssrc, 8);
    if (block.length > 0) {
      this.#template.writeUInt16BE(oneByteProfile, fixedBytes);
      this.#template.writeUInt16BE(block.length / 4, fixedBytes + 2);
      this.#template.set(block, fixedBytes + 4);
    }
  }

  /** True where {@link write} wants a transport-wide sequence number. */
  get usesTransportWideCc(): boolean {
    return this.#transportWideCcAt >= 0;
  }

  /** True where {@link capturedAt} matters. */
  get usesCaptureTime(): boolean {
    return this.#captureTimeAt >= 0;
  }

  /** When the frame was taken whose packets are written next, as an NTP time (64 bits, 32 of them fraction). */
  capturedAt(wall: WallMs): void {
    if (this.#captureTimeAt >= 0) this.#template.writeBigUInt64BE(ntpTime(wall), this.#captureTimeAt);
  }

  /** Writes one header into `target` at `offset`; numbers are cut to their fields' widths. */
  write(
    target: Buffer,
    offset: number,
    sequenceNumber: number,
    timestamp: number,
    marker: boolean,
    transportSequence: number,
  ): void {
    this.#template.copy(target, offset);
    if (marker) target[offset + 1] = (target[offset + 1] as number) | markerBit;
    target.writeUInt16BE(sequenceNumber & 0xffff, offset + 2);
    target.writeUInt32BE(timestamp >>> 0, offset + 4);
    if (this.#transportWideCcAt >= 0)
      target.writeUInt16BE(transportSequence & 0xffff, offset + this.#transportWideCcAt);
  }
}
