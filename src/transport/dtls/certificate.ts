import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type { WallMs } from '../../clock.ts';
import { type Fingerprint, fingerprintOf } from './fingerprint.ts';

/** Our own certificate and its key, ECDSA P-256. */
export interface DtlsCertificate {
  readonly der: Uint8Array;
  readonly key: KeyObject;
  /** What our descriptions say of it. */
  readonly fingerprint: Fingerprint;
}

const dayMs = 24 * 3_600_000;
/** Made once, at first start, and peers hold to its fingerprint: it outlives the device. */
const validMs = 7300 * dayMs;
/** A peer's clock may be behind ours. */
const skewMs = dayMs;
/** A small device without a battery begins its day in 1970; nothing is made for a time before this code. */
const earliest = Date.UTC(2026, 0, 1);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes a self-signed certificate with a key of its own: one PEM text with both, for a file that is there whole or
 * not at all. Its subject says nothing of the device, for peers in the middle may read it.
 */
export async function makeDtlsCertificate(now: WallMs): Promise<string> {
  await import('reflect-metadata'); // the library's own dependency refuses to load without it
  const x509 = await import('@peculiar/x509');
  const { subtle } = globalThis.crypto;
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const from = Math.max(now, earliest) - skewMs;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: ['WebRTC'] }],
    notBefore: new Date(from),
    notAfter: new Date(from + validMs),
    signingAlgorithm: algorithm,
    keys,
  });
  const key = createPrivateKey({
    key: Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)),
    type: 'pkcs8',
    format: 'der',
  });
  return `${key.export({ type: 'pkcs8', format: 'pem' })}${certificate.toString('pem')}\n`;
}

/** Reads such a text; nothing where it is damaged, or its key is another one's or of another kind. */
export function readDtlsCertificate(pem: string): DtlsCertificate | undefined {
  try {
    const key = createPrivateKey(pem);
    const certificate = new X509Certificate(pem);
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1' || !certificate.checkPrivateKey(key)) {
      return undefined;
    }
    const der = new Uint8Array(certificate.raw);
    return { der, key, fingerprint: fingerprintOf(der) };
  } catch {
    return undefined;
  }
}

/** 127 random bits, so that the number is positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
