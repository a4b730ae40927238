import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../../access/atomic-file.ts';
import type { WallMs } from '../../clock.ts';
import { VedetteError } from '../../errors.ts';
import type { Certificate } from '../listener.ts';
import { nameConstraints, nameConstraintsOid } from './name-constraints.ts';

const dayMs = 24 * 3_600_000;
/** Trusted once on a phone, so it outlives the phone. */
const authorityMs = 3650 * dayMs;
/** Browsers take no longer certificate of a server (CA/Browser Forum, 6.3.2). */
export const leafMs = 398 * dayMs;
/** A small device without a battery begins its day in 1970; nothing is made for a time before this code. */
const earliest = Date.UTC(2026, 0, 1);
/** A viewer's clock may be behind ours. */
const skewMs = dayMs;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const keyUsages: ('sign' | 'verify')[] = ['sign', 'verify'];

/** A certificate for HTTPS, and when it ends. */
export interface Leaf extends Certificate {
  readonly from: WallMs;
  readonly until: WallMs;
  /** Addresses the authority does not reach: it was made when the device had others. */
  readonly uncovered: readonly string[];
}

/**
 * The device's own certificate authority. It can vouch for this device's names and the addresses it had when it was
 * made, and for nothing else (RFC 5280, 4.2.1.10), so that trusting it gives away no other site.
 */
export class DeviceAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly #key: string;
  readonly #permitted: readonly string[];

  private constructor(certificate: string, key: string) {
    this.certificate = certificate;
    this.#key = key;
    // The names it was made for stand in its own subjectAltName too.
    this.#permitted = alternativeNames(new X509Certificate(certificate));
  }

  /**
   * The authority of `<folder>/authority.pem`, made where there is none.
   * @throws VedetteError `tls/authority-damaged`
   */
  static async load(
    folder: string,
    device: string,
    names: readonly string[],
    addresses: readonly string[],
    now: WallMs,
  ): Promise<DeviceAuthority> {
    const path = join(folder, 'authority.pem');
    let text = await readFile(path, 'utf8').catch(absent);
    if (text === undefined) {
      await createFile(path, await makeAuthority(device, names, addresses, now));
      text = await readFile(path, 'utf8');
    }
    const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(text) ?? [];
    const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text) ?? [];
    try {
      if (key === undefined || certificate === undefined)
        throw new Error('it holds no key or no certificate');
      if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
        throw new Error('its key is not its own');
      }
      return new DeviceAuthority(certificate, key);
    } catch (error) {
      throw new VedetteError(
        'tls/authority-damaged',
        { path, detail: (error as Error).message },
        { cause: error },
      );
    }
  }

  /** SHA-256 of the certificate, as phones show it. */
  get fingerprint(): string {
    return new X509Certificate(this.certificate).fingerprint256;
  }

  /** Makes a certificate, with a key of its own, for those of `names` and `addresses` it may vouch for. */
  async issue(names: readonly string[], addresses: readonly string[], now: WallMs): Promise<Leaf> {
    const x509 = await loadX509();
    const { subtle } = globalThis.crypto;
    const authority = new x509.X509Certificate(this.certificate);
    const signingKey = await subtle.importKey(
      'pkcs8',
      new Uint8Array(createPrivateKey(this.#key).export({ type: 'pkcs8', format: 'der' })),
      algorithm,
      false,
      ['sign'],
    );
    const keys = await subtle.generateKey(algorithm, true, keyUsages);
    const covered = (name: string): boolean => this.#permitted.includes(name);
    const from = Math.max(now, earliest) - skewMs;
    const until = from + leafMs;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${names.find(covered) ?? 'localhost'}`,
      issuer: authority.subject,
      notBefore: new Date(from),
      notAfter: new Date(until),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          ...names.filter(covered).map((value) => ({ type: 'dns' as const, value })),
          ...addresses.filter(covered).map((value) => ({ type: 'ip' as const, value })),
        ]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ],
    });
    return {
      cert: `${certificate.toString('pem')}\n`,
      key: pem(await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey)),
      from: from as WallMs,
      until: until as WallMs,
      uncovered: addresses.filter((address) => !covered(address)),
    };
  }
}

/** Loaded when a certificate is made, not before. */
async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata'); // the library's own dependency refuses to load without it
  return await import('@peculiar/x509');
}

/** Key and certificate in one PEM text: one file, which is there whole or not at all. */
async function makeAuthority(
  device: string,
  names: readonly string[],
  addresses: readonly string[],
  now: WallMs,
): Promise<string> {
  const x509 = await loadX509();
  const keys = await globalThis.crypto.subtle.generateKey(algorithm, true, keyUsages);
  const from = Math.max(now, earliest) - skewMs;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`Vedette ${device}`] }],
    notBefore: new Date(from),
    notAfter: new Date(from + authorityMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      // Of everything below it, only servers of HTTPS are believed.
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(nameConstraintsOid, true, new Uint8Array(nameConstraints(names, addresses))),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${pem(await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey))}${certificate.toString('pem')}\n`;
}

function pem(pkcs8: ArrayBuffer): string {
  return String(
    createPrivateKey({ key: Buffer.from(pkcs8), type: 'pkcs8', format: 'der' }).export({
      type: 'pkcs8',
      format: 'pem',
    }),
  );
}

/** 127 random bits, so that the number is positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** `DNS:demo.local, IP Address:192.0.2.1, …` as Node prints it. */
function alternativeNames(certificate: X509Certificate): readonly string[] {
  return (certificate.subjectAltName ?? '').split(', ').map((entry) => {
    const [kind, ...value] = entry.split(':');
    return kind === 'IP Address' ? plainIpv6(value.join(':')) : value.join(':');
  });
}

/** Node prints IPv6 addresses without compression; the system's lists are compressed. */
function plainIpv6(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
