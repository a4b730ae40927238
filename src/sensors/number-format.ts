import { z } from 'zod';

/** How a number stands in bytes. */
export interface NumberFormat {
  readonly endian: 'big' | 'little';
  readonly signed: boolean;
  /** IEEE 754, in four bytes; mask and shift have no meaning then. */
  readonly float: boolean;
  /** The bits that count; all of them by default. The highest one is the sign, where there is one. */
  readonly mask?: number | undefined;
  /** How far they are moved down. */
  readonly shift: number;
  readonly scale: number;
  readonly offset: number;
}

const finite = z.number().refine(Number.isFinite, 'a number');

/** Keys of a profile that say which bits of a number count and what they mean. */
export const numberKeys = {
  mask: z
    .int()
    .min(1)
    .max(0xffff_ffff)
    .optional()
    .describe('Which bits count, as in 0x0fff; the highest of them is the sign of a signed number'),
  shift: z.int().min(0).max(31).default(0).describe('How many bits they are moved down, after `mask`'),
  scale: finite.default(1).describe('What one is worth'),
  offset: finite.default(0).describe('Added after that'),
};

/** Longest number, in bytes. */
export const mostNumberBytes = 4;

/** Reads one to four bytes as a number; NaN for all else. Never throws. */
export function readNumber(bytes: Uint8Array, format: NumberFormat): number {
  if (bytes.length < 1 || bytes.length > mostNumberBytes) return Number.NaN;
  const ordered = format.endian === 'big' ? bytes : bytes.toReversed();
  const raw = format.float ? floatOf(ordered) : integerOf(ordered, format);
  return raw * format.scale + format.offset;
}

function floatOf(bytes: Uint8Array): number {
  if (bytes.length !== 4) return Number.NaN;
  return new DataView(Uint8Array.from(bytes).buffer).getFloat32(0);
}

function integerOf(bytes: Uint8Array, { signed, mask, shift }: NumberFormat): number {
  let raw = 0;
  for (const byte of bytes) raw = raw * 256 + byte;
  const all = 256 ** bytes.length - 1;
  // >>> 0: JavaScript's bits are signed.
  const used = Math.min(all, mask ?? all) >>> 0;
  const value = ((raw & used) >>> 0) >>> shift;
  if (!signed) return value;
  const width = 32 - Math.clz32(used >>> shift);
  return width > 0 && value >= 2 ** (width - 1) ? value - 2 ** width : value;
}
