import { masterKeyBytes, type SrtpKeyingMaterial, type SrtpProfile } from '../srtp/keys.ts';
import { join } from './bytes.ts';
import { prf } from './prf.ts';
import type { TrafficKey } from './record-protection.ts';

export type Role = 'client' | 'server';

/** Nonces of both hellos. */
export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** One value for each direction. */
export interface Directions<Value> {
  readonly local: Value;
  readonly remote: Value;
}

const masterSecretBytes = 48;
const verifyDataBytes = 12;
const keyBytes = 16;
const saltBytes = 4;

/** RFC 5246, 8.1. For peers without the extension of RFC 7627. */
export function masterSecret(premaster: Uint8Array, { client, server }: Randoms): Uint8Array {
  return prf(premaster, 'master secret', join(client, server), masterSecretBytes);
}

/** Bound to the whole handshake so far, certificates and all (RFC 7627, 4). */
export function extendedMasterSecret(premaster: Uint8Array, sessionHash: Uint8Array): Uint8Array {
  return prf(premaster, 'extended master secret', sessionHash, masterSecretBytes);
}

/** Keys of the records (RFC 5246, 6.3): no MAC keys with AEAD, 4 bytes of nonce each (RFC 5288, 3). */
export function recordKeys(
  master: Uint8Array,
  { client, server }: Randoms,
  role: Role,
): Directions<TrafficKey> {
  const block = prf(master, 'key expansion', join(server, client), 2 * (keyBytes + saltBytes));
  return directions(block, keyBytes, saltBytes, role);
}

/** What a Finished proves: its sender saw this handshake and knows the secret (RFC 5246, 7.4.9). */
export function finishedData(master: Uint8Array, sender: Role, transcriptHash: Uint8Array): Uint8Array {
  return prf(master, `${sender} finished`, transcriptHash, verifyDataBytes);
}

/** RFC 5764, 4.2, by the exporter of RFC 5705 without a context. */
export function srtpKeys(
  master: Uint8Array,
  { client, server }: Randoms,
  profile: SrtpProfile,
  role: Role,
): SrtpKeyingMaterial {
  const { key, salt } = masterKeyBytes[profile];
  const block = prf(master, 'EXTRACTOR-dtls_srtp', join(client, server), 2 * (key + salt));
  const { local, remote } = directions(block, key, salt, role);
  return { local: { profile, ...local }, remote: { profile, ...remote } };
}

/** `client key | server key | client salt | server salt`; each direction's pair copied out of the block. */
function directions(block: Uint8Array, key: number, salt: number, role: Role): Directions<TrafficKey> {
  const client = { key: block.slice(0, key), salt: block.slice(2 * key, 2 * key + salt) };
  const server = { key: block.slice(key, 2 * key), salt: block.slice(2 * key + salt, 2 * (key + salt)) };
  return role === 'client' ? { local: client, remote: server } : { local: server, remote: client };
}
