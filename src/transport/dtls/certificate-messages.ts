import { ByteReader } from './byte-reader.ts';
import { join, uint8, uint16, vector8, vector16, vector24 } from './bytes.ts';

/** Client certificate types (RFC 5246, 7.4.4; RFC 8422, 5.5). */
const certificateTypes = { rsaSign: 1, ecdsaSign: 64 } as const;

/**
 * The certificates of a Certificate message (RFC 5246, 7.4.2): the sender's own first. Empty where a client has none.
 *
 * ```
 * | length, 24 | length, 24 | DER ... | length, 24 | DER ... | ...
 * ```
 */
export function readCertificate(body: Uint8Array): readonly Uint8Array[] | undefined {
  const reader = new ByteReader(body);
  const list = new ByteReader(reader.vector24());
  const certificates: Uint8Array[] = [];
  while (list.more) certificates.push(list.vector24());
  return reader.complete && !list.failed ? certificates : undefined;
}

export function writeCertificate(...certificates: readonly Uint8Array[]): Uint8Array {
  return vector24(...certificates.map((der) => vector24(der)));
}

/** What a server takes from a client (RFC 5246, 7.4.4). */
export interface CertificateRequest {
  readonly types: Uint8Array;
  readonly schemes: readonly number[];
}

/**
 * ```
 * | certificate types, 8 | signature schemes, 16 | names of authorities, 16 |
 * ```
 */
export function readCertificateRequest(body: Uint8Array): CertificateRequest | undefined {
  const reader = new ByteReader(body);
  const types = reader.vector8();
  const schemes = reader.numbers16();
  reader.vector16();
  return reader.complete ? { types, schemes } : undefined;
}

export function writeCertificateRequest(schemes: readonly number[]): Uint8Array {
  return join(
    vector8(uint8(certificateTypes.ecdsaSign), uint8(certificateTypes.rsaSign)),
    vector16(uint16(...schemes)),
    vector16(), // of any authority: the fingerprint decides
  );
}

/** A signature and its scheme (RFC 5246, 4.7): `scheme, 16 | signature, 16`. */
export interface DigitallySigned {
  readonly scheme: number;
  readonly signature: Uint8Array;
}

/** A CertificateVerify is nothing else (RFC 5246, 7.4.8). */
export function readSigned(body: Uint8Array): DigitallySigned | undefined {
  const reader = new ByteReader(body);
  const scheme = reader.uint16();
  const signature = reader.vector16();
  return reader.complete ? { scheme, signature } : undefined;
}

export function writeSigned({ scheme, signature }: DigitallySigned): Uint8Array {
  return join(uint16(scheme), vector16(signature));
}
