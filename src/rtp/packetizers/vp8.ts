import { maxPayloadBytes } from '../payload.ts';

/**
 * VP8 over RTP (RFC 7741, 4.2), one partition for the whole frame, with a 15-bit PictureID so that receivers can
 * tell frames apart when packets are lost.
 *
 * ```
 *  X R N S R PID  | I L T K RSV | M  PictureID (15 bits) |
 *  1 0 0 S 0 000  | 1 0 0 0 0000| 1  .......  ........   |
 * ```
 */
const descriptorBytes = 4;
const extended = 0x80;
const startOfPartition = 0x10;
const hasPictureId = 0x80;
const longPictureId = 0x80;
const pictureIdMask = 0x7fff;

/** Splits one VP8 frame into RTP payloads. `pictureId` rises by one a frame and wraps at 15 bits. */
export function packetizeVp8(frame: Uint8Array, pictureId: number): Uint8Array[] {
  const id = pictureId & pictureIdMask;
  const count = Math.max(1, Math.ceil(frame.length / (maxPayloadBytes - descriptorBytes)));
  const arena = Buffer.allocUnsafe(frame.length + count * descriptorBytes);
  const payloads: Uint8Array[] = [];
  let end = 0;
  for (let part = 0; part < count; part += 1) {
    const start = end;
    const from = Math.floor((frame.length * part) / count);
    const to = Math.floor((frame.length * (part + 1)) / count);
    arena[end] = extended | (part === 0 ? startOfPartition : 0);
    arena[end + 1] = hasPictureId;
    arena[end + 2] = longPictureId | (id >> 8);
    arena[end + 3] = id & 0xff;
    arena.set(frame.subarray(from, to), end + descriptorBytes);
    end += descriptorBytes + to - from;
    payloads.push(arena.subarray(start, end));
  }
  return payloads;
}
