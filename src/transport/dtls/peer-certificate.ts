import { type KeyObject, X509Certificate } from 'node:crypto';
import { readCertificate } from './certificate-messages.ts';
import { type Fingerprint, matchesFingerprint } from './fingerprint.ts';
import { type Refusal, refuse } from './handshake.ts';

/** Below this an RSA key proves nothing; above, a check of it is a way to keep us busy. */
const rsaBits = { least: 2048, most: 8192 } as const;
const curves: readonly (string | undefined)[] = ['prime256v1', 'secp384r1'];

/** The key that the peer must prove it holds. */
export interface PeerKey {
  readonly kind: 'key';
  readonly type: 'ec' | 'rsa';
  readonly key: KeyObject;
}

/**
 * Finds the key in a Certificate message. Only the first certificate counts, and only its fingerprint says whether it
 * is the peer's (RFC 8827, 5.1): no authority, no name and no date does. Its bytes are not looked into before.
 */
export function readPeerKey(body: Uint8Array, fingerprints: readonly Fingerprint[]): PeerKey | Refusal {
  const certificates = readCertificate(body);
  if (certificates === undefined) return refuse('malformed message');
  const [der] = certificates;
  if (der === undefined) return refuse('no certificate');
  if (!matchesFingerprint(der, fingerprints)) return refuse('wrong fingerprint');
  const key = publicKey(der);
  const details = key?.asymmetricKeyDetails;
  if (key?.asymmetricKeyType === 'ec' && curves.includes(details?.namedCurve)) {
    return { kind: 'key', type: 'ec', key };
  }
  const bits = details?.modulusLength ?? 0;
  if (key?.asymmetricKeyType === 'rsa' && bits >= rsaBits.least && bits <= rsaBits.most) {
    return { kind: 'key', type: 'rsa', key };
  }
  return refuse('unusable certificate');
}

function publicKey(der: Uint8Array): KeyObject | undefined {
  try {
    return new X509Certificate(der).publicKey;
  } catch {
    return undefined;
  }
}
