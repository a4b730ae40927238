/**
 * NUT, the container between Vedette and its ffmpeg processes: it keeps every frame's own timestamp and begins
 * with a few hundred bytes, so nothing waits. The reader is `nut-reader.ts`, the writer `nut-writer.ts`.
 *
 * ```
 *  "nut/multimedia container\0"            once, at the beginning
 *  packet*                                 a header when the byte is 'N', a frame otherwise
 *
 *  header   0               8              8+n
 *           +---------------+--------------+----------------+------------------+----------------+
 *           | startcode u64 | forward v    | crc u32 of the | body             | crc u32 of the |
 *           | 'N' …         | bytes behind | left, where    |                  | body           |
 *           |               | this point   | forward > 4096 |                  |                |
 *           +---------------+--------------+----------------+------------------+----------------+
 *  frame    +---------+------------------------------------------------------------+------------+
 *           | code u8 | what flags[code] says is spelled out: flags v, stream v,   | data       |
 *           |         | pts v, size v, match s, elision v, reserved v, crc u32     |            |
 *           +---------+------------------------------------------------------------+------------+
 *
 *  v   unsigned, 7 bits a byte, most significant first, top bit set on all but the last byte
 *  s   signed: 0, 1, -1, 2, -2 … as v 0, 1, 2, 3, 4 …
 *  t   a time: v = ticks * (number of time bases) + index of the time base
 * ```
 */

/** The file's first bytes. */
export const nutMagic = new TextEncoder().encode('nut/multimedia container\0');

/** What each header begins with, as its two halves of 32 bits. */
export const nutStartcodes = {
  main: [0x4e4d7a56, 0x1f5f04ad],
  stream: [0x4e531140, 0x5bf2f9db],
  syncpoint: [0x4e4be4ad, 0xeeca4569],
  info: [0x4e49ab68, 0xb596ba78],
  index: [0x4e58dd67, 0x2f23e64e],
} as const;

/** The byte that begins a startcode and therefore no frame. */
export const startcodeByte = 0x4e;
/** A header longer than this carries a checksum of its length, so that a broken one skips nothing. */
export const longHeaderBytes = 4096;

/** Bits of a frame's flags. */
export const frameFlags = {
  keyframe: 1,
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIndex: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;

/** Main header's flag: syncpoints may be left out, as nobody seeks in a pipe. Version 4 on. */
export const mainFlagPipe = 2;
/** Main header's flag: each syncpoint also tells when it was sent. Version 4 on. */
export const mainFlagBroadcast = 1;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

/** NUT's checksum: CRC-32 of polynomial 0x04C11DB7, most significant bit first, beginning with 0. */
export function nutCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  return crc;
}
