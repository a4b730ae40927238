import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { join, uint8, uint16, vector8 } from './bytes.ts';
import { type DigitallySigned, readSigned, writeSigned } from './certificate-messages.ts';

/**
 * Groups we exchange keys in, by our preference (RFC 8422, 5.1.1). The last stands for servers with a certificate of
 * that curve, who take its absence to mean that we cannot check their signature.
 */
export const groups = { x25519: 0x001d, secp256r1: 0x0017, secp384r1: 0x0018 } as const;
export type Group = (typeof groups)[keyof typeof groups];
export const acceptedGroups: readonly Group[] = [groups.x25519, groups.secp256r1, groups.secp384r1];

/** The parameters name a curve rather than describe one (RFC 8422, 5.4). */
const namedCurve = 3;

/** One side's ephemeral key: used for one handshake and forgotten. */
export interface KeyShare {
  readonly group: Group;
  readonly publicKey: Uint8Array;
  /** The shared secret; nothing where the peer's point is not on the curve or gives no secret (RFC 8422, 5.11). */
  agree(peer: Uint8Array): Uint8Array | undefined;
}

export function makeKeyShare(group: Group): KeyShare {
  switch (group) {
    case groups.x25519:
      return x25519Share();
    case groups.secp256r1:
      return primeShare(group, 'prime256v1', 65);
    case groups.secp384r1:
      return primeShare(group, 'secp384r1', 97);
  }
}

/** What stands before 32 raw bytes to make them a SubjectPublicKeyInfo of X25519 (RFC 8410, 4). */
const x25519Prefix = Buffer.from('302a300506032b656e032100', 'hex');
const x25519Bytes = 32;

function x25519Share(): KeyShare {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    group: groups.x25519,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(x25519Prefix.length),
    agree: (peer) => agreeX25519(privateKey, peer),
  };
}

function agreeX25519(privateKey: KeyObject, peer: Uint8Array): Uint8Array | undefined {
  if (peer.length !== x25519Bytes) return undefined;
  const publicKey = createPublicKey({
    key: Buffer.concat([x25519Prefix, peer]),
    type: 'spki',
    format: 'der',
  });
  try {
    return diffieHellman({ privateKey, publicKey }); // refuses a result of zeros (RFC 7748, 6.1)
  } catch {
    return undefined;
  }
}

/** `04 | x | y`: the uncompressed form, the only one (RFC 8422, 5.4.1). */
const uncompressed = 4;

function primeShare(group: Group, curve: string, pointBytes: number): KeyShare {
  const ecdh = createECDH(curve);
  const publicKey = ecdh.generateKeys();
  return {
    group,
    publicKey,
    agree: (peer) => {
      if (peer.length !== pointBytes || peer[0] !== uncompressed) return undefined;
      try {
        return ecdh.computeSecret(peer);
      } catch {
        return undefined; // not on the curve
      }
    },
  };
}

export interface ServerKeyExchange extends DigitallySigned {
  readonly group: number;
  readonly publicKey: Uint8Array;
  /** What is signed after both randoms. */
  readonly parameters: Uint8Array;
}

/**
 * RFC 8422, 5.4.
 *
 * ```
 * | 3: named curve | group, 16 | public key, 8 | scheme, 16 | signature, 16 |
 * ```
 */
export function readServerKeyExchange(body: Uint8Array): ServerKeyExchange | undefined {
  const reader = new ByteReader(body);
  const kind = reader.uint8();
  const group = reader.uint16();
  const publicKey = reader.vector8();
  if (reader.failed || kind !== namedCurve) return undefined;
  const parameters = body.subarray(0, 4 + publicKey.length);
  const signed = readSigned(body.subarray(parameters.length));
  return signed && { group, publicKey, parameters, ...signed };
}

/** The part of a ServerKeyExchange that is signed. */
export function writeParameters({ group, publicKey }: KeyShare): Uint8Array {
  return join(uint8(namedCurve), uint16(group), vector8(publicKey));
}

export function writeServerKeyExchange(parameters: Uint8Array, signed: DigitallySigned): Uint8Array {
  return join(parameters, writeSigned(signed));
}

/** The public key of a ClientKeyExchange: `public key, 8` (RFC 8422, 5.7). */
export function readClientKeyExchange(body: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(body);
  const publicKey = reader.vector8();
  return reader.complete ? publicKey : undefined;
}

export function writeClientKeyExchange(publicKey: Uint8Array): Uint8Array {
  return vector8(publicKey);
}
