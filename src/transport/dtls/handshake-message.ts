import { ByteReader } from './byte-reader.ts';
import { join, uint8, uint16, uint24 } from './bytes.ts';

/** RFC 5246, 7.4; RFC 6347, 4.3.2. */
export const handshakeTypes = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;
export type HandshakeType = (typeof handshakeTypes)[keyof typeof handshakeTypes];

export const handshakeHeaderBytes = 12;

/** A message, whole. */
export interface HandshakeMessage {
  /** Known or not: an unknown one is unexpected in every state. */
  readonly type: number;
  /** Counts the messages of its sender from 0; a repeated message keeps its number (RFC 6347, 4.2.2). */
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** A piece of a message. */
export interface HandshakeFragment {
  readonly type: number;
  readonly sequence: number;
  /** Of the whole message. */
  readonly length: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads the fragments of a record; nothing where any is malformed.
 *
 * ```
 * | type, 8 | length of the message, 24 | message sequence, 16 | fragment offset, 24 | fragment length, 24 | fragment ...
 * ```
 */
export function readFragments(record: Uint8Array): HandshakeFragment[] | undefined {
  const reader = new ByteReader(record);
  const fragments: HandshakeFragment[] = [];
  while (reader.more) {
    const type = reader.uint8();
    const length = reader.uint24();
    const sequence = reader.uint16();
    const offset = reader.uint24();
    const bytes = reader.vector24();
    if (offset + bytes.length > length) return undefined;
    fragments.push({ type, sequence, length, offset, bytes });
  }
  return reader.complete ? fragments : undefined;
}

/** The message in one fragment: what is hashed and signed, however it travelled (RFC 6347, 4.2.6). */
export function writeMessage({ type, sequence, body }: HandshakeMessage): Uint8Array {
  return writeFragment({ type, sequence, length: body.length, offset: 0, bytes: body });
}

export function writeFragment({ type, sequence, length, offset, bytes }: HandshakeFragment): Uint8Array {
  return join(uint8(type), uint24(length), uint16(sequence), uint24(offset), uint24(bytes.length), bytes);
}
