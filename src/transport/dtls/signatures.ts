import { constants, type KeyObject, sign, verify } from 'node:crypto';

/**
 * What we take a signature in, strongest and cheapest first: as `signature_algorithms` and in CertificateRequest
 * (RFC 5246, 7.4.1.4.1; RFC 8446, 4.2.3 for the names and for PSS). SHA-1 is not among them.
 */
export const signatureSchemes = {
  ecdsaSecp256r1Sha256: 0x0403,
  ecdsaSecp384r1Sha384: 0x0503,
  rsaPssRsaeSha256: 0x0804,
  rsaPssRsaeSha384: 0x0805,
  rsaPssRsaeSha512: 0x0806,
  rsaPkcs1Sha256: 0x0401,
  rsaPkcs1Sha384: 0x0501,
  rsaPkcs1Sha512: 0x0601,
} as const;
type SignatureScheme = (typeof signatureSchemes)[keyof typeof signatureSchemes];

interface SchemeRow {
  readonly key: 'ec' | 'rsa';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly pss?: true;
}

const rows: Readonly<Record<SignatureScheme, SchemeRow>> = {
  [signatureSchemes.ecdsaSecp256r1Sha256]: { key: 'ec', hash: 'sha256' },
  [signatureSchemes.ecdsaSecp384r1Sha384]: { key: 'ec', hash: 'sha384' },
  [signatureSchemes.rsaPssRsaeSha256]: { key: 'rsa', hash: 'sha256', pss: true },
  [signatureSchemes.rsaPssRsaeSha384]: { key: 'rsa', hash: 'sha384', pss: true },
  [signatureSchemes.rsaPssRsaeSha512]: { key: 'rsa', hash: 'sha512', pss: true },
  [signatureSchemes.rsaPkcs1Sha256]: { key: 'rsa', hash: 'sha256' },
  [signatureSchemes.rsaPkcs1Sha384]: { key: 'rsa', hash: 'sha384' },
  [signatureSchemes.rsaPkcs1Sha512]: { key: 'rsa', hash: 'sha512' },
};

/** The scheme of our own key, which is ECDSA P-256. */
export const ownScheme = signatureSchemes.ecdsaSecp256r1Sha256;

/** In the order of our preference. */
export const acceptedSchemes: readonly SignatureScheme[] = Object.values(signatureSchemes);

/**
 * Whether `signature` is that key's over `signed`, by a scheme we offered. In DTLS 1.2 an ECDSA scheme names a hash
 * and not a curve (RFC 8446, 4.2.3), so both curves we take go with both.
 */
export function verifySignature(
  key: KeyObject,
  scheme: number,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const row = (rows as Readonly<Record<number, SchemeRow>>)[scheme];
  if (row === undefined || key.asymmetricKeyType !== row.key) return false;
  const padding = row.pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  try {
    return verify(row.hash, signed, { key, ...padding }, signature);
  } catch {
    return false; // a key that OpenSSL will not work with
  }
}

/** Signs with our own key, in {@link ownScheme}. */
export function signOwn(key: KeyObject, signed: Uint8Array): Uint8Array {
  return sign('sha256', signed, key);
}
