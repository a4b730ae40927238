import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { readFingerprint } from '../../../src/transport/dtls/fingerprint.ts';
import { type SrtpKeyingMaterial, srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { makeCertificate } from './pair.ts';
import { UdpEnd } from './udp-end.ts';

function versionOf(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
}
const missing = versionOf() === undefined ? 'openssl is not installed' : undefined;
if (missing) console.log(`skipped: DTLS with OpenSSL: ${missing}`);

const own = await makeCertificate();
const folder = mkdtempSync(join(tmpdir(), 'vedette-openssl-'));
/** Settings under which OpenSSL does not speak RFC 7627. */
const notExtended = join(folder, 'not-extended.cnf');
writeFileSync(
  notExtended,
  'openssl_conf=all\n[all]\nssl_conf=ssl\n[ssl]\nsystem_default=it\n[it]\nOptions=-ExtendedMasterSecret\n',
);
const children: ChildProcess[] = [];
const ends: UdpEnd[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

const keyKinds = {
  'P-256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  RSA: ['-newkey', 'rsa:2048'],
} as const;
type KeyKind = keyof typeof keyKinds;

/** Makes a certificate and says where it is and what its fingerprint is. */
function makeTheirs(kind: KeyKind) {
  const [key, certificate] = [join(folder, `${kind}.key`), join(folder, `${kind}.crt`)];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', ...keyKinds[kind], '-nodes', ...files, '-days', '2', '-subj', '/CN=it'],
    {
      stdio: 'ignore',
    },
  );
  const { fingerprint256 } = new X509Certificate(readFileSync(certificate));
  return {
    arguments: ['-cert', certificate, '-key', key],
    fingerprint: readFingerprint('sha-256', fingerprint256)!,
  };
}

/** A running openssl, and what it printed. */
class OpenSsl {
  output = '';
  readonly #child: ChildProcess;
  readonly #printed: (() => void)[] = [];

  constructor(command: readonly string[], extended = true) {
    const environment = extended ? process.env : { ...process.env, OPENSSL_CONF: notExtended };
    this.#child = spawn('openssl', command, { stdio: ['pipe', 'pipe', 'pipe'], env: environment });
    children.push(this.#child);
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (text: Buffer) => {
        this.output += text.toString('latin1');
        for (const printed of this.#printed) printed();
      });
    }
  }

  async prints(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = what.exec(this.output);
      if (found) return found;
      await new Promise<void>((resolve) => this.#printed.push(resolve));
    }
  }

  type(text: string): void {
    this.#child.stdin!.write(text);
  }
}

const exported = ['-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen'];
const profileNames = {
  [srtpProfiles.aeadAes128Gcm]: 'SRTP_AEAD_AES_128_GCM',
  [srtpProfiles.aes128CmSha1]: 'SRTP_AES128_CM_SHA1_80',
};
type OpenSslProfile = keyof typeof profileNames;
/** Two keys and two salts (RFC 5764, 4.2). */
const exportedBytes = { [srtpProfiles.aeadAes128Gcm]: 56, [srtpProfiles.aes128CmSha1]: 60 };
const bothNames = Object.values(profileNames).join(':');
const both = [srtpProfiles.aeadAes128Gcm, srtpProfiles.aes128CmSha1];

function block(keys: SrtpKeyingMaterial, role: 'client' | 'server'): string {
  const [client, server] = role === 'client' ? [keys.local, keys.remote] : [keys.remote, keys.local];
  return Buffer.concat([client.key, server.key, client.salt, server.salt]).toString('hex').toUpperCase();
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

interface Case {
  readonly kind?: KeyKind;
  readonly profile?: OpenSslProfile;
  readonly more?: readonly string[];
  readonly maxDatagramBytes?: number;
  readonly extended?: boolean;
}

/** We are the client, OpenSSL the server. */
async function toServer({
  kind = 'P-256',
  profile = srtpProfiles.aeadAes128Gcm,
  more = [],
  extended = true,
  ...options
}: Case) {
  const theirs = makeTheirs(kind);
  const port = await freePort();
  const openssl = new OpenSsl(
    [
      ...['s_server', '-dtls1_2', '-accept', `127.0.0.1:${port}`, ...theirs.arguments, '-Verify', '1'],
      ...['-use_srtp', profileNames[profile], ...exported, String(exportedBytes[profile]), ...more],
    ],
    extended,
  );
  await openssl.prints(/ACCEPT/);
  const end = new UdpEnd({
    role: 'client',
    certificate: own,
    fingerprints: [theirs.fingerprint],
    srtpProfiles: both,
    ...options,
  });
  ends.push(end);
  await end.start(port);
  return { end, openssl, keys: (await end.connected)! };
}

/** We are the server, OpenSSL the client. */
async function toClient({
  kind = 'P-256',
  profile = srtpProfiles.aeadAes128Gcm,
  more = [],
  extended = true,
  ...options
}: Case) {
  const theirs = makeTheirs(kind);
  const end = new UdpEnd({
    role: 'server',
    certificate: own,
    fingerprints: [theirs.fingerprint],
    srtpProfiles: both,
    ...options,
  });
  ends.push(end);
  const port = await end.start();
  const openssl = new OpenSsl(
    [
      ...['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, ...theirs.arguments],
      ...['-use_srtp', bothNames, ...exported, String(exportedBytes[profile]), ...more],
    ],
    extended,
  );
  return { end, openssl, keys: (await end.connected)! };
}

async function carriesBothWays(end: UdpEnd, openssl: OpenSsl) {
  openssl.type('from openssl\n');
  await end.hears('from openssl\n');
  expect(end.connection.send(Buffer.from('from us\n'))).toBe(true);
  await openssl.prints(/from us/);
}

describe.skipIf(missing)('OpenSSL', () => {
  const servers: readonly [string, Case][] = [
    ['P-256', {}],
    ['P-384', { kind: 'P-384' }],
    ['RSA (PSS)', { kind: 'RSA' }],
    ['RSA (PKCS #1)', { kind: 'RSA', more: ['-sigalgs', 'RSA+SHA256:ECDSA+SHA256'] }],
    ['only P-256 as group', { more: ['-groups', 'P-256'] }],
    ['only SRTP_AES128_CM_SHA1_80', { profile: srtpProfiles.aes128CmSha1 }],
    ['a cookie exchange', { more: ['-listen'] }],
    ['an MTU of 300', { more: ['-mtu', '300'], maxDatagramBytes: 300 }],
    ['no extended master secret', { extended: false }],
  ];
  test.each(servers)(
    'as server with %s: connects, exports the same keys, carries data both ways',
    async (_, options) => {
      const { end, openssl, keys } = await toServer(options);
      const profile = options.profile ?? srtpProfiles.aeadAes128Gcm;
      expect(keys.local.profile).toBe(profile);
      const [, theirs] = await openssl.prints(/Keying material: ([0-9A-F]+)/);
      expect(block(keys, 'client')).toBe(theirs);
      expect(openssl.output).toContain(`SRTP Extension negotiated, profile=${profileNames[profile]}`);
      await carriesBothWays(end, openssl);
      expect(end.longest).toBeLessThanOrEqual(options.maxDatagramBytes ?? 1_200);
    },
  );

  const clients: readonly [string, Case][] = [
    ['P-256', {}],
    ['P-384', { kind: 'P-384' }],
    ['RSA', { kind: 'RSA' }],
    ['only P-256 as group', { more: ['-groups', 'P-256'] }],
    ['an MTU of 300', { more: ['-mtu', '300'], maxDatagramBytes: 300 }],
    ['no extended master secret', { extended: false }],
  ];
  test.each(clients)(
    'as client with %s: connects, exports the same keys, carries data both ways',
    async (_, options) => {
      const { end, openssl, keys } = await toClient(options);
      const [, theirs] = await openssl.prints(/Keying material: ([0-9A-F]+)/);
      expect(block(keys, 'server')).toBe(theirs);
      expect(openssl.output).toContain('SRTP Extension negotiated, profile=SRTP_AEAD_AES_128_GCM');
      expect(openssl.output).toContain('Cipher is ECDHE-ECDSA-AES128-GCM-SHA256');
      expect(openssl.output).toContain(
        `Extended master secret: ${options.extended === false ? 'no' : 'yes'}`,
      );
      await carriesBothWays(end, openssl);
      openssl.type('Q\n');
      expect(await end.ended).toEqual({ kind: 'closedByPeer' });
    },
  );

  test('as client without a certificate is refused, and hears why', async () => {
    const end = new UdpEnd({
      role: 'server',
      certificate: own,
      fingerprints: [makeTheirs('P-256').fingerprint],
      srtpProfiles: both,
    });
    ends.push(end);
    const port = await end.start();
    const openssl = new OpenSsl(['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`]);
    expect(await end.ended).toEqual({ kind: 'refused', reason: 'no certificate', alert: 40 });
    await openssl.prints(/alert handshake failure/);
  });

  test('hears our goodbye', async () => {
    const { end, openssl } = await toServer({});
    end.connection.close();
    await openssl.prints(/CONNECTION CLOSED|DONE|shut(ting)? down/i);
  });
});
