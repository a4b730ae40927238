import { nalType, nalTypes, nalUnits } from './annex-b.ts';
import type { EncodedFrame } from './frame.ts';

/** What a player has to know before the first frame. */
export interface PictureFormat {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** As in a MIME type (RFC 6381): `avc1.42e01f`, `vp8`. */
  readonly codec: string;
}

/** Profiles whose SPS says more about chroma before its size (ITU-T H.264, 7.3.2.1.1). */
const highProfiles: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);
/** More than any level allows (A.3.1), so the SPS is nonsense. */
const maxSide = 16_384;

/** Reads size and codec out of a keyframe; undefined where it does not say them. */
export function pictureFormat({ codec, data, keyframe }: EncodedFrame): PictureFormat | undefined {
  if (!keyframe) return undefined;
  if (codec === 'VP8') return vp8Format(data);
  if (codec !== 'H264') return undefined;
  const sps = nalUnits(data).find((unit) => nalType(unit) === nalTypes.sps);
  return sps && spsFormat(sps);
}

/**
 * The header of a VP8 keyframe (RFC 6386, 9.1): 3 bytes of frame tag, the start code 9d 01 2a, then width and height,
 * 14 bits each, little-endian, below 2 bits of scale.
 */
function vp8Format(data: Uint8Array): PictureFormat | undefined {
  if (data.length < 10 || data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return undefined;
  const width = ((data[6] ?? 0) | ((data[7] ?? 0) << 8)) & 0x3fff;
  const height = ((data[8] ?? 0) | ((data[9] ?? 0) << 8)) & 0x3fff;
  return width > 0 && height > 0 ? { width, height, codec: 'vp8' } : undefined;
}

/** A sequence parameter set (7.3.2.1.1), as far as its size and cropping. */
function spsFormat(sps: Uint8Array): PictureFormat | undefined {
  const bits = new Bits(withoutEmulation(sps.subarray(1)));
  const profile = bits.read(8);
  const constraints = bits.read(8);
  const level = bits.read(8);
  bits.golomb(); // seq_parameter_set_id
  let chroma = 1;
  if (highProfiles.has(profile)) {
    chroma = bits.golomb();
    if (chroma === 3) bits.read(1);
    bits.golomb(); // bit_depth_luma_minus8
    bits.golomb(); // bit_depth_chroma_minus8
    bits.read(1);
    if (bits.read(1) === 1) skipScalingLists(bits, chroma);
  }
  bits.golomb(); // log2_max_frame_num_minus4
  skipOrderCount(bits);
  bits.golomb(); // max_num_ref_frames
  bits.read(1);
  const widthInMacroblocks = bits.golomb() + 1;
  const heightInUnits = bits.golomb() + 1;
  const framesOnly = bits.read(1);
  if (framesOnly === 0) bits.read(1);
  bits.read(1);
  const cropped = bits.read(1) === 1;
  const [left, right, top, bottom] = cropped
    ? [bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb()]
    : [0, 0, 0, 0];
  // Cropping counts in chroma samples (7.4.2.1.1).
  const cropX = chroma === 1 || chroma === 2 ? 2 : 1;
  const cropY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  const width = widthInMacroblocks * 16 - cropX * (left + right);
  const height = heightInUnits * 16 * (2 - framesOnly) - cropY * (top + bottom);
  if (bits.over || width <= 0 || height <= 0 || width > maxSide || height > maxSide) return undefined;
  const hex = [profile, constraints, level].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { width, height, codec: `avc1.${hex}` };
}

function skipOrderCount(bits: Bits): void {
  const type = bits.golomb();
  if (type === 0) bits.golomb();
  if (type !== 1) return;
  bits.read(1);
  bits.golomb();
  bits.golomb();
  // At most 255 (7.4.2.1.1).
  for (let left = Math.min(bits.golomb(), 255); left > 0; left -= 1) bits.golomb();
}

function skipScalingLists(bits: Bits, chroma: number): void {
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
    if (bits.read(1) === 0) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64); index += 1) {
      if (next !== 0) next = (last + bits.signedGolomb() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

/** Takes out the bytes that keep start codes from appearing within a unit (7.4.1). */
function withoutEmulation(data: Uint8Array): Uint8Array {
  return data.filter(
    (byte, index) => !(byte === 3 && index >= 2 && data[index - 1] === 0 && data[index - 2] === 0),
  );
}

/** Reads bit by bit; behind the end there are zeros, and {@link Bits.over} says so. */
class Bits {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get over(): boolean {
    return this.#at > this.#data.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      value = value * 2 + (((this.#data[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  /** `ue(v)` (9.1). */
  golomb(): number {
    let zeros = 0;
    while (zeros < 32 && this.read(1) === 0) zeros += 1;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** `se(v)` (9.1.1). */
  signedGolomb(): number {
    const code = this.golomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
