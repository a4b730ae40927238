import { ByteReader } from './byte-reader.ts';
import { join, uint8, uint16, vector8, vector16 } from './bytes.ts';
import { type Extensions, readExtensions, writeExtensions } from './extensions.ts';
import { versions } from './record.ts';

export const randomBytesOfHello = 32;

/** RFC 5289, 3.2: ephemeral keys, AES-128-GCM, SHA-256. */
export const cipherSuites = { ecdheEcdsaAes128Gcm: 0xc02b, ecdheRsaAes128Gcm: 0xc02f } as const;

/** Says the same as an empty renegotiation_info, for servers that choke on extensions (RFC 5746, 3.3). */
export const renegotiationSignal = 0x00ff;

const nullCompression = 0;

export interface ClientHello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly cookie: Uint8Array;
  readonly suites: readonly number[];
  readonly extensions: Extensions;
}

export interface ServerHello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly suite: number;
  readonly extensions: Extensions;
}

/**
 * RFC 6347, 4.2.1. Nothing for what is malformed or does not offer to leave compression out.
 *
 * ```
 * | version, 16 | random, 32 bytes | session id, 8 | cookie, 8 | suites, 16 | compressions, 8 | extensions, 16 |
 * ```
 * The numbers are the bits of each vector's length.
 */
export function readClientHello(body: Uint8Array): ClientHello | undefined {
  const reader = new ByteReader(body);
  const version = reader.uint16();
  const random = reader.bytes(randomBytesOfHello);
  const sessionId = reader.vector8();
  const cookie = reader.vector8();
  const suites = reader.numbers16();
  const compressions = reader.vector8();
  if (reader.failed || sessionId.length > 32 || !compressions.includes(nullCompression)) return undefined;
  const extensions = readExtensions(reader);
  return extensions && { version, random, cookie, suites, extensions };
}

export function writeClientHello({ version, random, cookie, suites, extensions }: ClientHello): Uint8Array {
  return join(
    uint16(version),
    random,
    vector8(), // no session to resume
    vector8(cookie),
    vector16(uint16(...suites)),
    vector8(uint8(nullCompression)),
    writeExtensions(extensions),
  );
}

/**
 * RFC 5246, 7.4.1.3.
 *
 * ```
 * | version, 16 | random, 32 bytes | session id, 8 | suite, 16 | compression, 8 | extensions, 16 |
 * ```
 */
export function readServerHello(body: Uint8Array): ServerHello | undefined {
  const reader = new ByteReader(body);
  const version = reader.uint16();
  const random = reader.bytes(randomBytesOfHello);
  const sessionId = reader.vector8();
  const suite = reader.uint16();
  const compression = reader.uint8();
  if (reader.failed || sessionId.length > 32 || compression !== nullCompression) return undefined;
  const extensions = readExtensions(reader);
  return extensions && { version, random, suite, extensions };
}

export function writeServerHello({ version, random, suite, extensions }: ServerHello): Uint8Array {
  return join(
    uint16(version),
    random,
    vector8(), // not to be resumed
    uint16(suite),
    uint8(nullCompression),
    writeExtensions(extensions),
  );
}

/** The cookie of a HelloVerifyRequest: `version, 16 | cookie, 8` (RFC 6347, 4.2.1). Its version means nothing. */
export function readHelloVerifyRequest(body: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(body);
  reader.uint16();
  const cookie = reader.vector8();
  return reader.complete ? cookie : undefined;
}

/** The version offered: 1.2, even by a peer that would rather speak 1.3 (RFC 9147, 5.3). */
export function offersDtls12({ version }: ClientHello, supported: readonly number[] | undefined): boolean {
  if (supported !== undefined) return supported.includes(versions.dtls12);
  return version >> 8 === 0xfe && version <= versions.dtls12; // versions count down
}
