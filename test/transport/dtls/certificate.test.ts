import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WallMs } from '../../../src/clock.ts';
import { makeDtlsCertificate, readDtlsCertificate } from '../../../src/transport/dtls/certificate.ts';
import {
  fingerprintOf,
  matchesFingerprint,
  readFingerprint,
} from '../../../src/transport/dtls/fingerprint.ts';
import { makeCertificate } from './pair.ts';

test('a certificate is self-signed, says nothing of the device and outlives it', async () => {
  const pem = await makeDtlsCertificate(Date.UTC(2030, 0, 1) as WallMs);
  const certificate = new X509Certificate(pem);
  expect(certificate.subject).toBe('CN=WebRTC');
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.validFromDate).toEqual(new Date(Date.UTC(2029, 11, 31)));
  expect(certificate.validToDate.getUTCFullYear()).toBeGreaterThanOrEqual(2049);
  expect(readDtlsCertificate(pem)?.fingerprint).toEqual({
    hash: 'sha-256',
    value: certificate.fingerprint256,
  });
});

test('a device whose clock is not set yet makes one for a time that has been', async () => {
  const certificate = new X509Certificate(await makeDtlsCertificate(0 as WallMs));
  expect(certificate.validFromDate.getUTCFullYear()).toBe(2025);
});

test('two certificates have keys of their own', async () => {
  const [one, other] = [await makeCertificate(), await makeCertificate()];
  expect(one.fingerprint).not.toEqual(other.fingerprint);
  expect(one.key.equals(other.key)).toBe(false);
});

test('a damaged file, or one with the key of another, is none', async () => {
  const [one, other] = [await makeDtlsCertificate(0 as WallMs), await makeDtlsCertificate(0 as WallMs)];
  const end = '-----END PRIVATE KEY-----\n';
  const [key] = one.split(end);
  const [, certificate] = other.split(end);
  expect(readDtlsCertificate(`${key}${end}${certificate}`)).toBeUndefined();
  expect(readDtlsCertificate(`${key}${end}`)).toBeUndefined();
  expect(readDtlsCertificate(certificate!)).toBeUndefined();
  expect(readDtlsCertificate('')).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(one.length - 2), (length) => {
      expect(readDtlsCertificate(one.slice(0, length))).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

test('fingerprints of SHA-256 or better are read in either case, others are none', async () => {
  const { der } = await makeCertificate();
  for (const hash of ['sha-256', 'sha-384', 'sha-512'] as const) {
    const { value } = fingerprintOf(der, hash);
    expect(readFingerprint(hash.toUpperCase(), value.toLowerCase())).toEqual({ hash, value });
    expect(matchesFingerprint(der, [{ hash, value }])).toBe(true);
    expect(readFingerprint(hash, value.slice(3))).toBeUndefined();
    expect(readFingerprint(hash, `${value}:00`)).toBeUndefined();
    expect(readFingerprint(hash, value.replace('A', 'G').replace(/^../, 'GG'))).toBeUndefined();
  }
  const { fingerprint } = new X509Certificate(der);
  for (const hash of ['sha-1', 'md5', 'sha-224', '', 'constructor']) {
    expect(readFingerprint(hash, fingerprint)).toBeUndefined();
  }
  expect(matchesFingerprint(der, [])).toBe(false);
});
