import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import type { DtlsCertificate } from '../../../src/transport/dtls/certificate.ts';
import { fingerprintOf } from '../../../src/transport/dtls/fingerprint.ts';
import { signatureSchemes } from '../../../src/transport/dtls/signatures.ts';
import { End, makeCertificate } from './pair.ts';
import { type Script, ScriptedClient, ScriptedServer } from './scripted.ts';

type Algorithm = RsaHashedKeyGenParams | (EcKeyGenParams & { hash: string });

const rsa = (modulusLength: number): Algorithm => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength,
  publicExponent: Uint8Array.of(1, 0, 1),
});
const ec = (namedCurve: string): Algorithm => ({ name: 'ECDSA', namedCurve, hash: 'SHA-256' });

async function make(algorithm: Algorithm): Promise<DtlsCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=peer',
    notBefore: new Date(0), // dates prove nothing here
    notAfter: new Date(1),
    signingAlgorithm: algorithm,
    keys,
  });
  const der = new Uint8Array(certificate.rawData);
  const key = createPrivateKey({
    key: Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
    type: 'pkcs8',
    format: 'der',
  });
  return { der, key, fingerprint: fingerprintOf(der) };
}

const ours = await makeCertificate();
const certificates = {
  'P-384': await make(ec('P-384')),
  'P-521': await make(ec('P-521')),
  'RSA 1024': await make(rsa(1024)),
  'RSA 2048': await make(rsa(2048)),
};

function meet(role: 'client' | 'server', script: Script): End {
  const end = new End({ role, certificate: ours, fingerprints: [script.certificate.fingerprint] });
  if (role === 'server') new ScriptedClient(end, script).play();
  else new ScriptedServer(end, script).play();
  return end;
}

describe.each(['server', 'client'] as const)('our %s', (role) => {
  const rsaSuite = role === 'client' ? { hello: { suite: 0xc02f } } : {};

  test('takes a P-384 key, by either hash its owner names', () => {
    const certificate = certificates['P-384'];
    expect(meet(role, { certificate }).connected).toHaveLength(1);
  });

  test('takes an RSA key of 2048 bits', () => {
    const certificate = certificates['RSA 2048'];
    const script = { certificate, scheme: signatureSchemes.rsaPkcs1Sha256, ...rsaSuite };
    expect(meet(role, script).connected).toHaveLength(1);
  });

  test('holds an RSA key to the padding that was named', () => {
    const certificate = certificates['RSA 2048'];
    const script = { certificate, scheme: signatureSchemes.rsaPssRsaeSha256, ...rsaSuite };
    const { connected, ended } = meet(role, script);
    expect(connected).toEqual([]);
    expect(ended).toMatchObject([{ kind: 'refused', reason: 'wrong signature' }]);
  });

  test('does not take the signature of an RSA key for one of ECDSA', () => {
    const certificate = certificates['RSA 2048'];
    const { connected, ended } = meet(role, { certificate, ...rsaSuite });
    expect(connected).toEqual([]);
    expect(ended).toMatchObject([{ kind: 'refused', reason: 'wrong signature' }]);
  });

  test.each(['P-521', 'RSA 1024'] as const)('refuses a %s key, though signaling named it', (name) => {
    const rsaKey = name === 'RSA 1024';
    const script = {
      certificate: certificates[name],
      ...(rsaKey ? { scheme: signatureSchemes.rsaPkcs1Sha256, ...rsaSuite } : {}),
    };
    const { connected, ended } = meet(role, script);
    expect(connected).toEqual([]);
    expect(ended).toMatchObject([{ kind: 'refused', reason: 'unusable certificate' }]);
  });

  test('refuses what is no certificate, though signaling named its hash', () => {
    const der = new Uint8Array(300).fill(0x30);
    const certificate = { ...certificates['P-384'], der, fingerprint: fingerprintOf(der) };
    const { connected, ended } = meet(role, { certificate });
    expect(connected).toEqual([]);
    expect(ended).toMatchObject([{ kind: 'refused', reason: 'unusable certificate' }]);
  });
});

test.each([
  ['RSA 2048', 0xc02b],
  ['P-384', 0xc02f],
] as const)('our client refuses a %s key under the suite of another', (name, suite) => {
  const { connected, ended } = meet('client', {
    certificate: certificates[name],
    hello: { suite },
    ...(name === 'RSA 2048' ? { scheme: signatureSchemes.rsaPkcs1Sha256 } : {}),
  });
  expect(connected).toEqual([]);
  expect(ended).toMatchObject([{ kind: 'refused', reason: 'unusable certificate' }]);
});
