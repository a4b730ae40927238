/** Reads RTP payloads back into what was packetized: a small receiver, written from the RFCs for the tests. */

/** RFC 6184: the NAL units in a run of payloads; throws where the run is not valid. */
export function readH264(payloads: readonly Uint8Array[]): Buffer[] {
  const units: Buffer[] = [];
  let fragments: Buffer[] | undefined;
  for (const payload of payloads) {
    const bytes = Buffer.from(payload);
    const type = bytes[0]! & 0x1f;
    if (type === 28) {
      const [start, end] = [(bytes[1]! & 0x80) !== 0, (bytes[1]! & 0x40) !== 0];
      if (start && end) throw new Error('one fragment is both first and last (RFC 6184, 5.8)');
      if (start === (fragments !== undefined)) throw new Error('the start bit is in the wrong place');
      fragments ??= [Buffer.of((bytes[0]! & 0xe0) | (bytes[1]! & 0x1f))];
      fragments.push(bytes.subarray(2));
      if (end) units.push(Buffer.concat(fragments));
      if (end) fragments = undefined;
      continue;
    }
    if (fragments) throw new Error('fragments are not in a row');
    if (type !== 24) {
      units.push(bytes);
      continue;
    }
    for (let at = 1; at < bytes.length; ) {
      const size = bytes.readUInt16BE(at);
      if (at + 2 + size > bytes.length) throw new Error('a size of the STAP-A is too large');
      units.push(bytes.subarray(at + 2, at + 2 + size));
      at += 2 + size;
    }
  }
  if (fragments) throw new Error('the end bit is missing');
  return units;
}

/** An Annex B access unit; a start code of four bytes where `long` says so. */
export function annexB(units: readonly Uint8Array[], long: (place: number) => boolean = () => true): Buffer {
  return Buffer.concat(
    units.flatMap((unit, place) => [Buffer.from(long(place) ? [0, 0, 0, 1] : [0, 0, 1]), unit]),
  );
}

/** A NAL unit without emulated start codes: `type` 5 is an IDR slice, 1 another slice. */
export function nal(type: number, bytes: number, fill = 0xab): Buffer {
  return Buffer.concat([Buffer.of(0x60 | type), Buffer.alloc(Math.max(bytes - 1, 0), fill)]);
}
