import type { SrtpProfile } from '../srtp/keys.ts';
import { ByteReader } from './byte-reader.ts';
import { join, uint8, uint16, vector8, vector16 } from './bytes.ts';

export const extensionTypes = {
  /** RFC 8422, 5.1.1 */
  supportedGroups: 10,
  /** RFC 8422, 5.1.2 */
  ecPointFormats: 11,
  /** RFC 5246, 7.4.1.4.1 */
  signatureAlgorithms: 13,
  /** RFC 5764, 4.1.1 */
  useSrtp: 14,
  /** RFC 7627, 5.1 */
  extendedMasterSecret: 23,
  /** RFC 8446, 4.2.1 */
  supportedVersions: 43,
  /** RFC 5746, 3.2 */
  renegotiationInfo: 0xff01,
} as const;

/** Extensions of a hello by their type. */
export type Extensions = ReadonlyMap<number, Uint8Array>;

/** Reads the rest of a hello; nothing where it is malformed, or one extension stands twice (RFC 5246, 7.4.1.4). */
export function readExtensions(reader: ByteReader): Extensions | undefined {
  const extensions = new Map<number, Uint8Array>();
  if (!reader.more) return reader.failed ? undefined : extensions; // a hello may end before them
  const list = new ByteReader(reader.vector16());
  while (list.more) {
    const type = list.uint16();
    if (extensions.has(type)) return undefined;
    extensions.set(type, list.vector16());
  }
  return list.failed || !reader.complete ? undefined : extensions;
}

export function writeExtensions(extensions: Extensions): Uint8Array {
  return vector16(...[...extensions].flatMap(([type, data]) => [uint16(type), vector16(data)]));
}

/** A list of 16-bit numbers, as supported_groups and signature_algorithms are. */
export function readNumbers(data: Uint8Array): readonly number[] | undefined {
  const reader = new ByteReader(data);
  const numbers = reader.numbers16();
  return reader.complete ? numbers : undefined;
}

export function writeNumbers(numbers: readonly number[]): Uint8Array {
  return vector16(uint16(...numbers));
}

/** supported_versions of a ClientHello: the list's length in one byte. */
export function readVersions(data: Uint8Array): readonly number[] | undefined {
  const reader = new ByteReader(data);
  const list = new ByteReader(reader.vector8());
  const numbers: number[] = [];
  while (list.more) numbers.push(list.uint16());
  return reader.complete && !list.failed ? numbers : undefined;
}

/** Only uncompressed points exist (RFC 8422, 5.1.2). */
export const uncompressedPoints = vector8(uint8(0));

/** We never renegotiate, so there is no verify_data to show (RFC 5746, 3.4 and 3.6). */
export const noRenegotiation = vector8();

/**
 * Profiles of use_srtp, ours or not. A master key identifier is read over: RFC 5764, 4.1.3 lets a server leave it out,
 * and WebRTC has none.
 *
 * ```
 * | length | profile, 16 | ... | length | MKI ... |
 * ```
 */
export function readSrtpProfiles(data: Uint8Array): readonly number[] | undefined {
  const reader = new ByteReader(data);
  const profiles = reader.numbers16();
  reader.vector8();
  return reader.complete ? profiles : undefined;
}

export function writeSrtpProfiles(profiles: readonly SrtpProfile[]): Uint8Array {
  return join(writeNumbers(profiles), vector8());
}
