import { ByteReader } from './byte-reader.ts';

/** What a record carries (RFC 5246, 6.2.1). */
export const contentTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
export type ContentType = (typeof contentTypes)[keyof typeof contentTypes];

/** On the wire versions count down: 1.0 is FE FF, 1.2 is FE FD (RFC 6347, 4.1). */
export const versions = { dtls10: 0xfeff, dtls12: 0xfefd } as const;

export const recordHeaderBytes = 13;
/** Plaintext of one record at most (RFC 5246, 6.2.1). */
export const maxPlaintextBytes = 0x4000;
/** What protection may add to it (RFC 5246, 6.2.3). */
const maxExpansionBytes = 2048;
/** A record's number is part of its nonce: after the last there is none (RFC 6347, 4.1). */
export const maxSequence = 2 ** 48 - 1;

export interface DtlsRecord {
  readonly type: ContentType;
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  /** A view into the datagram. */
  readonly fragment: Uint8Array;
}

/**
 * Reads the records of a datagram. Total: what is malformed ends the reading, for its length cannot be trusted
 * (RFC 6347, 4.1.2.7: such records are dropped, not answered).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * | content type  |            version            |     epoch     |
 * |     epoch     |         sequence number, 48 bits              |
 * |                                               |    length     |
 * |    length     |  fragment ...
 * ```
 */
export function readRecords(datagram: Uint8Array): DtlsRecord[] {
  const reader = new ByteReader(datagram);
  const records: DtlsRecord[] = [];
  while (reader.more) {
    const type = reader.uint8();
    const version = reader.uint16();
    const epoch = reader.uint16();
    const sequence = reader.uint48();
    const fragment = reader.vector16();
    if (reader.failed || !isContentType(type) || version >> 8 !== 0xfe) break;
    if (fragment.length > maxPlaintextBytes + maxExpansionBytes) break;
    records.push({ type, version, epoch, sequence, fragment });
  }
  return records;
}

/** One record, header and fragment. */
export function writeRecord({ type, version, epoch, sequence, fragment }: DtlsRecord): Uint8Array {
  const record = Buffer.allocUnsafe(recordHeaderBytes + fragment.length);
  record.writeUInt8(type, 0);
  record.writeUInt16BE(version, 1);
  record.writeUInt16BE(epoch, 3);
  record.writeUIntBE(sequence, 5, 6);
  record.writeUInt16BE(fragment.length, 11);
  record.set(fragment, recordHeaderBytes);
  return record;
}

function isContentType(type: number): type is ContentType {
  return type >= contentTypes.changeCipherSpec && type <= contentTypes.applicationData;
}
