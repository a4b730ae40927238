const fixedHeaderBytes = 12;
const extensionHeaderBytes = 4;

/**
 * Whether the lengths an RTP header tells of itself stay inside its datagram (RFC 3550, 5.1 and 5.3.1). For bytes that
 * nobody has authenticated yet.
 */
export function rtpHeaderFits(datagram: Uint8Array): boolean {
  if (datagram.length < fixedHeaderBytes) return false;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const contributors = view.getUint8(0) & 0x0f;
  const end = fixedHeaderBytes + 4 * contributors;
  const extended = (view.getUint8(0) & 0x10) !== 0;
  if (!extended) return end <= datagram.length;
  if (end + extensionHeaderBytes > datagram.length) return false;
  return end + extensionHeaderBytes + 4 * view.getUint16(end + 2) <= datagram.length;
}
