/** Of the common header: ports, verification tag, checksum (RFC 9260, 3.1). */
const commonHeaderBytes = 12;
const chunkHeaderBytes = 4;
const parameterHeaderBytes = 4;
/** What INIT and INIT ACK say before their parameters (RFC 9260, 3.3.2). */
const initBytes = 16;
/** A packet of an Ethernet frame has room for 70 of the shortest messages. */
const maxChunks = 256;
/** An INIT of a browser has three. */
const maxParameters = 64;

const [init, initAck, heartbeat, heartbeatAck, abort, error, reconfig] = [1, 2, 4, 5, 6, 9, 130];
/** Chunks that have parameters, and how many bytes before them. */
const beforeParameters: ReadonlyMap<number, number> = new Map([
  [init, initBytes],
  [initAck, initBytes],
  [heartbeat, 0],
  [heartbeatAck, 0],
  [abort, 0],
  [error, 0],
  [reconfig, 0],
]);

/**
 * Whether chunks and parameters of an SCTP packet fill it one after the other, and are not too many. To be asked before
 * a parser that trusts their lengths: one of length 0 would be read again and again, without an end. Total.
 *
 *     | common header, 12 bytes | type, 8 | flags, 8 | length, 16 | value ... | padding to 4 | type, 8 | ...
 *
 * A parameter is a type of 16 bits, a length of 16 and a value (RFC 9260, 3.2.1); each length counts its own header and
 * not the padding.
 */
export function isWellFormed(packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  let chunks = 0;
  let at = commonHeaderBytes;
  for (; at + chunkHeaderBytes <= packet.length; chunks += 1) {
    const length = view.getUint16(at + 2);
    const end = at + length;
    if (length < chunkHeaderBytes || end > packet.length || chunks === maxChunks) return false;
    const before = beforeParameters.get(view.getUint8(at));
    if (before !== undefined && !areParameters(view, at + chunkHeaderBytes + before, end)) return false;
    at += padded(length);
  }
  return chunks > 0;
}

function areParameters(view: DataView, from: number, end: number): boolean {
  let at = from;
  for (let count = 0; at + parameterHeaderBytes <= end; count += 1) {
    const length = view.getUint16(at + 2);
    if (length < parameterHeaderBytes || at + length > end || count === maxParameters) return false;
    at += padded(length);
  }
  return true;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
