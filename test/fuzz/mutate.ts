import fc from 'fast-check';

/** One mistake: what is done, where, and with which number. Small numbers, so that fast-check can make them smaller. */
type Edit = readonly [kind: number, at: number, value: number];

const maxEdits = 6;
/** An input grows to this at the most: no datagram is longer. */
export const maxInputBytes = 65_535;
/** Where counters and lengths go wrong. */
const boundaries8 = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
const boundaries16 = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xfffe, 0xffff];
const boundaries32 = [0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** Seeds with up to six mistakes each, and now and then bytes that mean nothing at all. */
export function mutated(
  seeds: readonly Uint8Array[],
  words: readonly Uint8Array[] = [],
): fc.Arbitrary<Uint8Array> {
  const edit: fc.Arbitrary<Edit> = fc.tuple(fc.nat(edits.length - 1), fc.nat(0xffff), fc.nat(0xffff));
  const seeded = fc
    .tuple(fc.nat(seeds.length - 1), fc.array(edit, { maxLength: maxEdits }))
    .map(([seed, list]) => mutate(seeds[seed] as Uint8Array, list, seeds, words));
  return fc.oneof(
    { weight: 50, arbitrary: seeded },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}

/** `seed` with these mistakes, in a buffer of its own that is exactly as long. */
export function mutate(
  seed: Uint8Array,
  list: readonly Edit[],
  seeds: readonly Uint8Array[],
  words: readonly Uint8Array[],
): Uint8Array {
  let bytes = Uint8Array.from(seed);
  for (const [kind, at, value] of list) {
    const change = edits[kind] as Change;
    bytes = change(bytes, bytes.length === 0 ? 0 : at % (bytes.length + 1), value, seeds, words);
    if (bytes.length > maxInputBytes) bytes = bytes.slice(0, maxInputBytes);
  }
  return bytes;
}

type Bytes = Uint8Array<ArrayBuffer>;
type Change = (
  bytes: Bytes,
  /** From 0 to the length, both included. */
  at: number,
  value: number,
  seeds: readonly Uint8Array[],
  words: readonly Uint8Array[],
) => Bytes;

const join = (...parts: readonly Uint8Array[]): Bytes => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};
const pick = <T>(list: readonly T[], value: number): T | undefined => list[value % list.length];

/** Writes a number of so many bytes, most significant first, where it fits. */
function put(bytes: Bytes, at: number, width: 1 | 2 | 3 | 4, number: number): Bytes {
  if (at + width > bytes.length) return bytes;
  for (let place = 0; place < width; place += 1)
    bytes[at + place] = Math.floor(number / 256 ** (width - 1 - place)) & 0xff;
  return bytes;
}

const edits: readonly Change[] = [
  // One bit.
  (bytes, at, value) => {
    if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << (value % 8));
    return bytes;
  },
  // One byte.
  (bytes, at, value) => put(bytes, at, 1, value & 0xff),
  // Integers at their boundaries.
  (bytes, at, value) => put(bytes, at, 1, pick(boundaries8, value) as number),
  (bytes, at, value) => put(bytes, at, 2, pick(boundaries16, value) as number),
  (bytes, at, value) => put(bytes, at, 4, pick(boundaries32, value) as number),
  // A length that lies: what is really left behind it, a little more, a little less, or four times that.
  (bytes, at, value) => {
    const width = ((value % 3) + 1) as 1 | 2 | 3;
    const left = bytes.length - at - width;
    const lie = [left, left + 1, left - 1, left * 4, Math.floor(left / 4), left + 4][
      (value >> 2) % 6
    ] as number;
    return put(bytes, at, width, Math.max(0, lie));
  },
  // The end or the beginning is missing.
  (bytes, at) => bytes.slice(0, at),
  (bytes, at) => bytes.slice(at),
  // Something in the middle is missing, or there twice, or there very often.
  (bytes, at, value) => join(bytes.subarray(0, at), bytes.subarray(at + 1 + (value % 16))),
  (bytes, at, value) => {
    const run = bytes.subarray(at, at + 1 + (value % 64));
    return join(bytes.subarray(0, at), run, bytes.subarray(at));
  },
  (bytes, at, value) => {
    const run = bytes.subarray(at, at + 1 + (value % 16));
    return join(bytes.subarray(0, at), ...Array.from({ length: value % 257 }, () => run), bytes.subarray(at));
  },
  // Something is put in: bytes all alike, or a word.
  (bytes, at, value) =>
    join(bytes.subarray(0, at), new Uint8Array((value >> 8) + 1).fill(value & 0xff), bytes.subarray(at)),
  (bytes, at, value, _seeds, words) =>
    join(bytes.subarray(0, at), pick(words, value) ?? new Uint8Array(), bytes.subarray(at)),
  (bytes, at, value, _seeds, words) => {
    const word = pick(words, value) ?? new Uint8Array();
    return join(bytes.subarray(0, at), word, bytes.subarray(at + word.length));
  },
  // It goes on like another one.
  (bytes, at, value, seeds) => {
    const other = pick(seeds, value) as Uint8Array;
    return join(bytes.subarray(0, at), other.subarray(Math.min(at, other.length)));
  },
  (bytes, at, value, seeds) => {
    const other = pick(seeds, value) as Uint8Array;
    return join(bytes.subarray(0, at), other.subarray((value >> 4) % (other.length + 1)));
  },
];
