/** NAL unit types Vedette tells apart (ITU-T H.264, table 7-1). */
export const nalTypes = {
  slice: 1,
  idr: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  aud: 9,
  endOfSequence: 10,
  filler: 12,
} as const;

const startCode = Uint8Array.of(0, 0, 1);
const longStartCode = Uint8Array.of(0, 0, 0, 1);

/** The NAL units of an access unit in Annex B form, without start codes; views, nothing is copied. */
export function nalUnits(data: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const units: Uint8Array[] = [];
  let begin = bytes.indexOf(startCode);
  while (begin !== -1) {
    const next = bytes.indexOf(startCode, begin + 3);
    // trailing_zero_8bits and the longer start code's first zero belong to no unit (B.1.1).
    let end = next === -1 ? bytes.length : next;
    while (end > begin + 3 && bytes[end - 1] === 0) end -= 1;
    if (end > begin + 3) units.push(data.subarray(begin + 3, end));
    begin = next;
  }
  return units;
}

/** A NAL unit's type; 0 (unspecified) for an empty one. */
export function nalType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 31;
}

/** What is left out: receivers need neither, and every byte of a keyframe counts. */
const idle: ReadonlySet<number> = new Set([
  nalTypes.sei,
  nalTypes.aud,
  nalTypes.endOfSequence,
  nalTypes.filler,
]);

/**
 * Makes access units what `EncodedFrame` promises: no delimiters, SEI or filler, and SPS and PPS in front of each
 * IDR, from the stream itself or from the container's header. Keeps the last parameter sets it met.
 */
export class AccessUnits {
  #sps: Uint8Array | undefined;
  #pps: Uint8Array | undefined;

  /** The parameter sets a container gave apart from the frames, in Annex B form; empty where it gave none. */
  constructor(codecData: Uint8Array) {
    this.#remember(nalUnits(codecData));
  }

  /** The last sequence parameter set, as a NAL unit. */
  get sps(): Uint8Array | undefined {
    return this.#sps;
  }

  /** The access unit as promised; the same bytes where nothing is to be done. */
  clean(data: Uint8Array): { readonly data: Uint8Array; readonly keyframe: boolean } {
    const units = nalUnits(data);
    this.#remember(units);
    const keyframe = units.some((unit) => nalType(unit) === nalTypes.idr);
    const has = (type: number) => units.some((unit) => nalType(unit) === type);
    const missing = keyframe
      ? [has(nalTypes.sps) ? undefined : this.#sps, has(nalTypes.pps) ? undefined : this.#pps]
      : [];
    const kept = units.filter((unit) => !idle.has(nalType(unit)));
    const added = missing.filter((unit) => unit !== undefined);
    if (added.length === 0 && kept.length === units.length) return { data, keyframe };
    return { data: joinUnits([...added, ...kept]), keyframe };
  }

  #remember(units: readonly Uint8Array[]): void {
    for (const unit of units) {
      if (nalType(unit) === nalTypes.sps) this.#sps = new Uint8Array(unit);
      if (nalType(unit) === nalTypes.pps) this.#pps = new Uint8Array(unit);
    }
  }
}

function joinUnits(units: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(units.flatMap((unit) => [longStartCode, unit]));
}

/** True where an access unit has a B slice, which WebRTC receivers do not reorder (RFC 6184, 8.1 and 5.1). */
export function hasBSlice(data: Uint8Array): boolean {
  return nalUnits(data).some((unit) => nalType(unit) === nalTypes.slice && sliceType(unit) % 5 === 1);
}

/** `slice_type` (7.3.3): the second Exp-Golomb number of a slice; 0 (P) where it is cut off. */
function sliceType(unit: Uint8Array): number {
  let bit = 8;
  const next = () => {
    const value = ((unit[bit >> 3] ?? 0xff) >> (7 - (bit & 7))) & 1;
    bit += 1;
    return value;
  };
  const exponent = () => {
    let zeros = 0;
    while (zeros < 32 && next() === 0) zeros += 1;
    let value = 1;
    for (let left = zeros; left > 0; left -= 1) value = value * 2 + next();
    return value - 1;
  };
  exponent(); // first_mb_in_slice
  return exponent();
}
