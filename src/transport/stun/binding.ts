import type { Endpoint } from '../endpoint.ts';
import { ipBytes, ipText } from './address.ts';
import { attributeOf, attributeTypes, type StunAttribute, type StunMessage, writeStun } from './message.ts';

/** Ports and addresses are covered with these bytes, so that no middlebox that rewrites addresses finds them. */
const magicCookie = Buffer.from([0x21, 0x12, 0xa4, 0x42]);
const families = { 1: 4, 2: 16 } as const;
/** The longest USERNAME: two fragments of 256 characters and a colon (RFC 8839, 5.4). */
const maxUsernameBytes = 513;

/** ICE's USERNAME is the receiver's ufrag, a colon, and the sender's (RFC 8445, 7.2.2). */
export interface IceUsername {
  readonly to: string;
  readonly from: string;
}

export function usernameOf(message: StunMessage): IceUsername | undefined {
  const value = attributeOf(message, attributeTypes.username);
  if (value === undefined || value.length > maxUsernameBytes) return undefined;
  const text = value.toString('latin1');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { to: text.slice(0, colon), from: text.slice(colon + 1) };
}

/** The sender's role and its 64-bit tie-breaker (RFC 8445, 7.1.3); undefined where it claims none. */
export interface RoleClaim {
  readonly controlling: boolean;
  readonly tieBreaker: bigint;
}

export function roleClaimOf(message: StunMessage): RoleClaim | undefined {
  for (const controlling of [true, false]) {
    const type = controlling ? attributeTypes.iceControlling : attributeTypes.iceControlled;
    const value = attributeOf(message, type);
    if (value?.length === 8) return { controlling, tieBreaker: value.readBigUInt64BE() };
  }
  return undefined;
}

/** PRIORITY: what a peer-reflexive candidate learned from this request is worth (RFC 8445, 7.1.1). */
export function priorityOf(message: StunMessage): number | undefined {
  const value = attributeOf(message, attributeTypes.priority);
  return value?.length === 4 ? value.readUInt32BE() : undefined;
}

export function wantsCandidate(message: StunMessage): boolean {
  return attributeOf(message, attributeTypes.useCandidate) !== undefined;
}

/**
 * ERROR-CODE, 300 to 699 (RFC 8489, 14.8).
 *
 * ```
 * |             reserved (21)             |class|     number      |
 * |  reason phrase ...                                            |
 * ```
 */
export function errorCodeOf(message: StunMessage): number | undefined {
  const value = attributeOf(message, attributeTypes.errorCode);
  if (value === undefined || value.length < 4) return undefined;
  const code = (value.readUInt8(2) & 7) * 100 + value.readUInt8(3);
  return code >= 300 && code <= 699 ? code : undefined;
}

/** Types below this must be understood, or the message is refused (RFC 8489, 14). */
const optionalFrom = 0x8000;
const understood: ReadonlySet<number> = new Set(Object.values(attributeTypes));

/** Types of the attributes that must be understood and are not. */
export function unknownAttributesOf(message: StunMessage): readonly number[] {
  const types = message.attributes.map(({ type }) => type);
  return types.filter((type) => type < optionalFrom && !understood.has(type));
}

/**
 * XOR-MAPPED-ADDRESS, whence the other side saw our request come (RFC 8489, 14.2).
 *
 * ```
 * |0 0 0 0 0 0 0 0|    family     |       port ^ cookie >> 16     |
 * |  address ^ cookie (IPv4), address ^ cookie, transaction id    |
 * ```
 */
export function mappedAddressOf(message: StunMessage): Endpoint | undefined {
  const value = attributeOf(message, attributeTypes.xorMappedAddress);
  if (value === undefined || value.length < 4) return undefined;
  const family = value.readUInt8(1);
  if ((family !== 1 && family !== 2) || value.length !== 4 + families[family]) return undefined;
  const address = covered(value.subarray(4), message.transactionId);
  return {
    address: ipText(address),
    port: covered(value.subarray(2, 4), message.transactionId).readUInt16BE(),
  };
}

/** Covers or uncovers: bytes XOR cookie and transaction id. */
function covered(bytes: Buffer, transactionId: Uint8Array): Buffer {
  const cover = Buffer.concat([magicCookie, transactionId]);
  return Buffer.from(bytes.map((byte, index) => byte ^ (cover[index] ?? 0)));
}

/** A query to a STUN server: a Binding request of nobody in particular (RFC 8489, 12). */
export function addressQuery(transactionId: Uint8Array): Buffer {
  return writeStun({ class: 'request', transactionId, attributes: [] });
}

/** An ICE connectivity or consent check (RFC 8445, 7.2.2; RFC 7675, 5.1). */
export interface ConnectivityCheck {
  readonly transactionId: Uint8Array;
  /** Whom it goes to and from whom. */
  readonly username: IceUsername;
  /** The receiver's ICE password. */
  readonly password: string;
  /** Of the peer-reflexive candidate that the receiver may learn from it. */
  readonly priority: number;
  readonly role: RoleClaim;
  readonly useCandidate: boolean;
}

export function connectivityCheck(check: ConnectivityCheck): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(check.priority);
  const tieBreaker = Buffer.alloc(8);
  tieBreaker.writeBigUInt64BE(check.role.tieBreaker);
  const { to, from } = check.username;
  const attributes: StunAttribute[] = [
    { type: attributeTypes.username, value: Buffer.from(`${to}:${from}`, 'latin1') },
    { type: attributeTypes.priority, value: priority },
    {
      type: check.role.controlling ? attributeTypes.iceControlling : attributeTypes.iceControlled,
      value: tieBreaker,
    },
  ];
  if (check.useCandidate) attributes.push({ type: attributeTypes.useCandidate, value: Buffer.alloc(0) });
  return writeStun({
    class: 'request',
    transactionId: check.transactionId,
    attributes,
    key: check.password,
  });
}

/** The answer to a Binding request that came from `from`; undefined where that is no IP address. */
export function successResponse(
  transactionId: Uint8Array,
  from: Endpoint,
  password: string,
): Buffer | undefined {
  const address = ipBytes(from.address);
  if (address === undefined) return undefined;
  const port = Buffer.alloc(2);
  port.writeUInt16BE(from.port & 0xffff);
  const value = Buffer.concat([
    Buffer.from([0, address.length === 4 ? 1 : 2]),
    covered(port, transactionId),
    covered(address, transactionId),
  ]);
  return writeStun({
    class: 'success',
    transactionId,
    attributes: [{ type: attributeTypes.xorMappedAddress, value }],
    key: password,
  });
}

/** Error codes that ICE uses (RFC 8489, 14.8; RFC 8445, 7.3.1.1; RFC 7675, 5.2). */
export const stunErrors = { forbidden: 403, unknownAttribute: 420, roleConflict: 487 } as const;
type StunErrorCode = (typeof stunErrors)[keyof typeof stunErrors];

const reasons: Readonly<Record<StunErrorCode, string>> = {
  [stunErrors.forbidden]: 'Forbidden',
  [stunErrors.unknownAttribute]: 'Unknown Attribute',
  [stunErrors.roleConflict]: 'Role Conflict',
};

/** A refusal; `unknown` are the attribute types of an `unknownAttribute` (RFC 8489, 14.13). */
export function errorResponse(
  transactionId: Uint8Array,
  code: StunErrorCode,
  password: string,
  unknown: readonly number[] = [],
): Buffer {
  const value = Buffer.from([0, 0, Math.floor(code / 100), code % 100, ...Buffer.from(reasons[code])]);
  const attributes: StunAttribute[] = [{ type: attributeTypes.errorCode, value }];
  if (unknown.length > 0) {
    const list = Buffer.alloc(2 * unknown.length);
    for (const [index, type] of unknown.entries()) list.writeUInt16BE(type, 2 * index);
    attributes.push({ type: attributeTypes.unknownAttributes, value: list });
  }
  return writeStun({ class: 'error', transactionId, attributes, key: password });
}
