import { timingSafeEqual } from 'node:crypto';

/** Big-endian numbers and vectors of the handshake (RFC 5246, 4). */

export function uint8(number: number): Uint8Array {
  return Uint8Array.of(number);
}

export function uint16(...numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(2 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt16BE(number, 2 * index);
  return bytes;
}

export function uint24(number: number): Uint8Array {
  return Uint8Array.of(number >>> 16, (number >>> 8) & 0xff, number & 0xff);
}

/** Its length in one byte, then the bytes. */
export function vector8(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = join(...parts);
  return join(uint8(bytes.length), bytes);
}

/** Its length in two bytes, then the bytes. */
export function vector16(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = join(...parts);
  return join(uint16(bytes.length), bytes);
}

/** Its length in three bytes, then the bytes. */
export function vector24(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = join(...parts);
  return join(uint24(bytes.length), bytes);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** In a time that does not tell where they differ. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
