import { packetTypes } from './packet-types.ts';

/** SDES item type of the canonical name (RFC 3550, 6.5.1). */
const cnameItem = 1;
/** The length of an item has one byte. */
const maxItemBytes = 255;
/** Counted in 5 bits, as report blocks are. */
const maxSources = 31;

/**
 * Says that all these streams are of one source: what lets a receiver play sound and picture in step (RFC 3550, 6.5).
 * At most 31 streams, and 255 bytes of name.
 *
 * ```
 * |V=2|P|   SC    |    PT = 202   |       length in words - 1     |
 * |                             SSRC                              |  SC times
 * |   CNAME = 1   |     bytes     | name ... zeros to a full word |  at least one zero
 * ```
 */
export function sourceDescription(ssrcs: readonly number[], cname: string): Buffer {
  const name = Buffer.from(cname).subarray(0, maxItemBytes);
  const sources = ssrcs.slice(0, maxSources);
  const chunkBytes = Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
  const packet = Buffer.alloc(4 + sources.length * chunkBytes);
  packet[0] = 0x80 | sources.length;
  packet[1] = packetTypes.sourceDescription;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  sources.forEach((ssrc, place) => {
    const at = 4 + place * chunkBytes;
    packet.writeUInt32BE(ssrc, at);
    packet[at + 4] = cnameItem;
    packet[at + 5] = name.length;
    packet.set(name, at + 6);
  });
  return packet;
}

/** Says that these streams have ended (RFC 3550, 6.6); at most 31. */
export function goodbye(ssrcs: readonly number[]): Buffer {
  const sources = ssrcs.slice(0, maxSources);
  const packet = Buffer.alloc(4 + 4 * sources.length);
  packet[0] = 0x80 | sources.length;
  packet[1] = packetTypes.goodbye;
  packet.writeUInt16BE(sources.length, 2);
  sources.forEach((ssrc, place) => {
    packet.writeUInt32BE(ssrc, 4 + 4 * place);
  });
  return packet;
}
