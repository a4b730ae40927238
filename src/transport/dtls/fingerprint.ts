import { createHash } from 'node:crypto';

/** Hash functions a fingerprint may be made with, and their bytes: SHA-256 or better, never MD5 or SHA-1. */
const hashBytes = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const;
export type FingerprintHash = keyof typeof hashBytes;

/** A certificate's hash as signaling carries it (RFC 8122, 5): `AB:CD:…`, upper case. */
export interface Fingerprint {
  readonly hash: FingerprintHash;
  readonly value: string;
}

/**
 * Reads both halves of `a=fingerprint:<hash> <value>`.
 * @returns nothing for another hash function or another length: no peer can be held to such a fingerprint.
 */
export function readFingerprint(hash: string, value: string): Fingerprint | undefined {
  const name = hash.toLowerCase();
  if (!isFingerprintHash(name) || !/^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(value)) return undefined;
  if ((value.length + 1) / 3 !== hashBytes[name]) return undefined;
  return { hash: name, value: value.toUpperCase() };
}

/** @param der the certificate. */
export function fingerprintOf(der: Uint8Array, hash: FingerprintHash = 'sha-256'): Fingerprint {
  const digest = createHash(hash.replace('-', '')).update(der).digest('hex').toUpperCase();
  return { hash, value: digest.replaceAll(/(..)(?!$)/g, '$1:') };
}

/** Whether any of `fingerprints` is this certificate's. */
export function matchesFingerprint(der: Uint8Array, fingerprints: readonly Fingerprint[]): boolean {
  return fingerprints.some(({ hash, value }) => fingerprintOf(der, hash).value === value);
}

function isFingerprintHash(name: string): name is FingerprintHash {
  return Object.hasOwn(hashBytes, name);
}
