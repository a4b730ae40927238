import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * STUN messages (RFC 8489, 5 and 14).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |0 0|M11 to M7|C1|M6 to M4|C0|M3 to M0|     message length      |
 * |                    magic cookie 0x2112A442                    |
 * |                  transaction id (96 bits) ...                 |
 * |        attribute type         |         value length          |
 * |  value, padded to a multiple of 4 bytes ...                   |
 * ```
 */
const headerBytes = 20;
const attributeHeaderBytes = 4;
const integrityBytes = 20;
const fingerprintBytes = 4;
/** Bytes of a transaction id. */
export const transactionIdBytes = 12;
const magicCookie = 0x2112a442;
/** "STUN", so that a protocol that ends in a CRC-32 itself is not taken for ours (RFC 8489, 14.7). */
const fingerprintXor = 0x5354554e;

/** The longest message read: every one that ICE or a STUN server sends fits a datagram on any link. */
export const maxStunBytes = 1_500;
/** The most attributes of a message; ICE's have eight. */
export const maxStunAttributes = 32;

export const bindingMethod = 0x001;

const classes = ['request', 'indication', 'success', 'error'] as const;
export type StunClass = (typeof classes)[number];

/** Attribute types (RFC 8489, 18.3; RFC 8445, 20.1). */
export const attributeTypes = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  realm: 0x0014,
  nonce: 0x0015,
  messageIntegritySha256: 0x001c,
  passwordAlgorithm: 0x001d,
  userhash: 0x001e,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

export interface StunAttribute {
  readonly type: number;
  readonly value: Buffer;
}

/** A message as it was parsed. Nothing in it is authentic before {@link verifyIntegrity} says so. */
export interface StunMessage {
  readonly class: StunClass;
  readonly method: number;
  readonly transactionId: Buffer;
  /** What MESSAGE-INTEGRITY covers, or all where there is none: an attribute behind it is as if it were not there. */
  readonly attributes: readonly StunAttribute[];
  /** The whole message, and where in it the two closing attributes begin; -1 where absent. */
  readonly bytes: Buffer;
  readonly integrityAt: number;
  readonly fingerprintAt: number;
}

/** Why bytes are no STUN message of ours. */
export type StunFailure = 'notStun' | 'tooLong' | 'wrongLength' | 'truncated' | 'tooMany' | 'misplaced';

/** True where bytes begin like STUN: first byte 0 to 3 (RFC 7983, 7) and the magic cookie. */
export function isStun(bytes: Uint8Array): boolean {
  return (
    bytes.length >= headerBytes &&
    (bytes[0] as number) < 4 &&
    bytes[4] === 0x21 &&
    bytes[5] === 0x12 &&
    bytes[6] === 0xa4 &&
    bytes[7] === 0x42
  );
}

/** Parses one message that fills `bytes`, without copying them: they must not change while it is in use. */
export function readStun(bytes: Uint8Array): StunMessage | StunFailure {
  if (!isStun(bytes)) return 'notStun';
  if (bytes.length > maxStunBytes) return 'tooLong';
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.readUInt16BE(2);
  if (length !== view.length - headerBytes || length % 4 !== 0) return 'wrongLength';
  const attributes: StunAttribute[] = [];
  let integrityAt = -1;
  let fingerprintAt = -1;
  // A header always fits: the length is a multiple of 4, and so is every step.
  for (let at = headerBytes, count = 0; at < view.length; count += 1) {
    if (count === maxStunAttributes) return 'tooMany';
    const type = view.readUInt16BE(at);
    const size = view.readUInt16BE(at + 2);
    const next = at + attributeHeaderBytes + Math.ceil(size / 4) * 4;
    if (next > view.length) return 'truncated';
    // RFC 8489, 14.7: FINGERPRINT is the last attribute.
    if (fingerprintAt >= 0) return 'misplaced';
    if (type === attributeTypes.fingerprint) {
      if (size !== fingerprintBytes) return 'misplaced';
      fingerprintAt = at;
    } else if (type === attributeTypes.messageIntegrity && integrityAt < 0) {
      if (size !== integrityBytes) return 'misplaced';
      integrityAt = at;
    } else if (integrityAt < 0) {
      // RFC 8489, 14.5: what follows MESSAGE-INTEGRITY is ignored, since anyone can append it.
      const value = view.subarray(at + attributeHeaderBytes, at + attributeHeaderBytes + size);
      attributes.push({ type, value });
    }
    at = next;
  }
  const type = view.readUInt16BE(0);
  return {
    class: classes[((type >> 7) & 2) | ((type >> 4) & 1)] as StunClass,
    method: ((type >> 2) & 0xf80) | ((type >> 1) & 0x70) | (type & 0xf),
    transactionId: view.subarray(8, headerBytes),
    attributes,
    bytes: view,
    integrityAt,
    fingerprintAt,
  };
}

/** The first attribute of a type: later ones of the same type do not count (RFC 8489, 14). */
export function attributeOf(message: StunMessage, type: number): Buffer | undefined {
  return message.attributes.find((attribute) => attribute.type === type)?.value;
}

/**
 * True where MESSAGE-INTEGRITY is there and was made with `key`: an ICE password, or the bytes of a long-term key
 * (RFC 8489, 14.5). An empty key verifies nothing.
 */
export function verifyIntegrity(message: StunMessage, key: string | Uint8Array): boolean {
  if (message.integrityAt < 0 || key.length === 0) return false;
  const at = message.integrityAt + attributeHeaderBytes;
  return timingSafeEqual(
    integrity(message.bytes, message.integrityAt, key),
    message.bytes.subarray(at, at + integrityBytes),
  );
}

/** True where FINGERPRINT is there and right (RFC 8489, 14.7): this is STUN, and whole. It proves nothing about who. */
export function hasValidFingerprint(message: StunMessage): boolean {
  const at = message.fingerprintAt;
  if (at < 0) return false;
  return message.bytes.readUInt32BE(at + attributeHeaderBytes) === fingerprint(message.bytes.subarray(0, at));
}

/** HMAC-SHA1 of what is before `at`, with the length that the message has if it ends with this attribute. */
function integrity(bytes: Buffer, at: number, key: string | Uint8Array): Buffer {
  const header = Buffer.from(bytes.subarray(0, headerBytes));
  header.writeUInt16BE(at + attributeHeaderBytes + integrityBytes - headerBytes, 2);
  return createHmac('sha1', key).update(header).update(bytes.subarray(headerBytes, at)).digest();
}

function fingerprint(covered: Buffer): number {
  return (crc32(covered) ^ fingerprintXor) >>> 0;
}

/** What {@link writeStun} makes bytes of. */
export interface StunFields {
  readonly class: StunClass;
  readonly transactionId: Uint8Array;
  readonly attributes: readonly StunAttribute[];
  /** Closes the message with MESSAGE-INTEGRITY; without one there is none. */
  readonly key?: string | Uint8Array;
}

/** One Binding message, with FINGERPRINT at its end. */
export function writeStun(fields: StunFields): Buffer {
  const parts = fields.attributes.map(({ type, value }) => {
    const part = Buffer.alloc(attributeHeaderBytes + Math.ceil(value.length / 4) * 4);
    part.writeUInt16BE(type, 0);
    part.writeUInt16BE(value.length, 2);
    part.set(value, attributeHeaderBytes);
    return part;
  });
  const integrityAt = headerBytes + parts.reduce((sum, part) => sum + part.length, 0);
  const fingerprintAt = integrityAt + (fields.key === undefined ? 0 : attributeHeaderBytes + integrityBytes);
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), ...parts], fingerprintAt + 8);
  const classBits = classes.indexOf(fields.class);
  bytes.writeUInt16BE(((classBits & 2) << 7) | ((classBits & 1) << 4) | bindingMethod, 0);
  bytes.writeUInt16BE(bytes.length - headerBytes, 2);
  bytes.writeUInt32BE(magicCookie, 4);
  bytes.set(fields.transactionId.subarray(0, transactionIdBytes), 8);
  if (fields.key !== undefined) {
    bytes.writeUInt16BE(attributeTypes.messageIntegrity, integrityAt);
    bytes.writeUInt16BE(integrityBytes, integrityAt + 2);
    bytes.set(integrity(bytes, integrityAt, fields.key), integrityAt + attributeHeaderBytes);
  }
  bytes.writeUInt16BE(attributeTypes.fingerprint, fingerprintAt);
  bytes.writeUInt16BE(fingerprintBytes, fingerprintAt + 2);
  bytes.writeUInt32BE(fingerprint(bytes.subarray(0, fingerprintAt)), fingerprintAt + attributeHeaderBytes);
  return bytes;
}
