import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { WallMs } from '../../src/clock.ts';
import { DeviceAuthority, leafMs } from '../../src/http/tls/device-authority.ts';
import { OwnerFiles } from '../../src/http/tls/owner-files.ts';
import { ask, type Door, openDoor } from './door.ts';

const run = promisify(execFile);
const now = Date.UTC(2026, 5, 1) as WallMs;
const names = ['demo.local', 'localhost'];

let folder: string;
let door: Door | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-tls-'));
});
afterEach(async () => {
  await door?.stop();
  door = undefined;
  await rm(folder, { recursive: true });
});

/** Opens a door with the device's own authority; its certificate is at `<folder>/ca.crt`. */
async function openSecureDoor(): Promise<Door> {
  door = await openDoor({ tls: { mode: 'device', folder } });
  await writeFile(
    join(folder, 'ca.crt'),
    new X509Certificate(await readFile(join(folder, 'authority.pem'))).toString(),
  );
  return door;
}

const curl = async (url: string, port: number): Promise<string> =>
  (
    await run('curl', [
      '-sS',
      '--noproxy',
      '*',
      '--cacert',
      join(folder, 'ca.crt'),
      '--resolve',
      `demo.local:${port}:127.0.0.1`,
      url,
    ])
  ).stdout;

test('whoever trusts the authority reaches the device by name and by address, on the port of plain HTTP', async () => {
  const { port } = (await openSecureDoor()).addresses;
  expect(await curl(`https://demo.local:${port}/healthz`, port)).toBe('ok\n');
  expect(await curl(`https://127.0.0.1:${port}/healthz`, port)).toBe('ok\n');
  expect(await curl(`http://127.0.0.1:${port}/healthz`, port)).toBe('ok\n');
  const client = run('openssl', [
    's_client',
    ...['-connect', `127.0.0.1:${port}`, '-servername', 'demo.local', '-CAfile', join(folder, 'ca.crt')],
    ...['-verify_hostname', 'demo.local', '-verify_return_error', '-brief'],
  ]);
  client.child.stdin?.end(); // it leaves when its input does
  expect((await client).stderr).toContain('Verification: OK');
});

test('a device over HTTPS says so, and its cookie never leaves by plain HTTP', async () => {
  const { addresses, credentials } = await openSecureDoor();
  expect(addresses.canonical.href).toBe(`https://demo.local:${addresses.port}/`);
  const device = await ask(`${addresses.loopback.href}api/device`);
  expect(JSON.parse(device.body)).toMatchObject({ secure: true, httpsUrl: addresses.canonical.href });
  const outgoing = request({
    host: '127.0.0.1',
    port: addresses.port,
    path: '/api/session',
    method: 'POST',
    ca: await readFile(join(folder, 'ca.crt')),
    servername: 'demo.local',
    headers: { host: `demo.local:${addresses.port}`, 'content-type': 'application/json' },
    agent: false,
  });
  outgoing.end(JSON.stringify({ secret: credentials.secret.reveal() }));
  const [response] = await once(outgoing, 'response');
  response.resume();
  expect(response.headers['set-cookie'][0]).toMatch(/; Secure$/);
});

test('signaling goes over TLS too', async () => {
  const { addresses } = await openSecureDoor();
  const socket = new WebSocket(`wss://localhost:${addresses.port}/signal`, {
    ca: await readFile(join(folder, 'ca.crt')),
  });
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data)).body.type).toBe('hello');
  socket.terminate();
});

test('the guide and what it hands out are there for a phone that does not trust the device yet', async () => {
  const { url, addresses } = await openSecureDoor();
  const guide = await ask(`${url}/trust`);
  expect(guide.headers['content-security-policy']).toContain("default-src 'none'");
  const authority = new X509Certificate(await readFile(join(folder, 'ca.crt')));
  expect(guide.body).toContain(authority.fingerprint256);
  expect(addresses.authorityFingerprint).toBe(authority.fingerprint256);
  expect((await ask(`${url}/trust/style.css`)).headers['content-type']).toContain('text/css');
  const handed = await (await fetch(`${url}/trust/vedette.crt`)).bytes();
  expect(new X509Certificate(handed).fingerprint256).toBe(authority.fingerprint256);
  const profile = await ask(`${url}/trust/vedette.mobileconfig`);
  expect(profile.headers['content-type']).toBe('application/x-apple-aspen-config');
  expect(profile.body).toContain(authority.raw.toString('base64'));
});

test('the authority is made once, kept from other users, and its key is nowhere else', async () => {
  const make = () => DeviceAuthority.load(folder, 'demo', names, ['127.0.0.1'], now);
  const [first, second] = await Promise.all([make(), make()]);
  expect(first.fingerprint).toBe(second.fingerprint);
  expect((await stat(join(folder, 'authority.pem'))).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['authority.pem']);
});

test('a damaged authority is named', async () => {
  await writeFile(join(folder, 'authority.pem'), 'nonsense');
  const loaded = DeviceAuthority.load(folder, 'demo', names, [], now);
  await expect(loaded).rejects.toMatchObject({
    code: 'tls/authority-damaged',
    data: { path: join(folder, 'authority.pem') },
  });
});

test('a certificate lasts at most 398 days, and covers what the authority may vouch for', async () => {
  const authority = await DeviceAuthority.load(folder, 'demo', names, ['127.0.0.1', '::1'], now);
  const leaf = await authority.issue(names, ['127.0.0.1', '::1', '192.0.2.9'], now);
  expect(leaf.until - leaf.from).toBe(leafMs);
  expect(leaf.uncovered).toEqual(['192.0.2.9']);
  const { subjectAltName, ca } = new X509Certificate(leaf.cert);
  expect([subjectAltName, ca]).toEqual([
    'DNS:demo.local, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    false,
  ]);
});

test('a device that wakes in 1970 makes a certificate that is good today', async () => {
  const authority = await DeviceAuthority.load(folder, 'demo', names, [], 0 as WallMs);
  const leaf = await authority.issue(names, [], 0 as WallMs);
  expect(leaf.from).toBeGreaterThan(Date.UTC(2025, 0, 1));
});

test.each([
  ['another name', 'DNS:evil.example', false],
  ['another address', 'IP:198.51.100.1', false],
  ['another IPv6 address', 'IP:2001:db8::1', false],
  ["the device's name", 'DNS:demo.local', true],
])(
  'with the stolen key of the authority, openssl believes a certificate for %s: %s %s',
  async (_name, san, believed) => {
    await DeviceAuthority.load(folder, 'demo', names, ['127.0.0.1', '::1'], now);
    const at = (name: string): string => join(folder, name);
    await cp(at('authority.pem'), at('stolen.pem'));
    await run('openssl', [
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      at('x.key'),
      '-subj',
      '/CN=x',
      '-out',
      at('x.csr'),
    ]);
    await writeFile(at('x.ext'), `subjectAltName=${san}\nextendedKeyUsage=serverAuth\n`);
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      at('x.csr'),
      '-CA',
      at('stolen.pem'),
      '-CAkey',
      at('stolen.pem'),
      '-CAcreateserial',
      '-days',
      '3',
      '-extfile',
      at('x.ext'),
      '-out',
      at('x.crt'),
    ]);
    const verified = await run('openssl', [
      'verify',
      '-no_check_time',
      '-purpose',
      'sslserver',
      '-CAfile',
      at('stolen.pem'),
      at('x.crt'),
    ]).then(
      () => 'OK',
      (error: { stderr: string }) => error.stderr,
    );
    if (believed) expect(verified).toBe('OK');
    else expect(verified).toContain('permitted subtree violation');
  },
);

/** Writes a self-signed certificate and its key for `name`. */
async function selfSigned(name: string): Promise<void> {
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
    '-keyout',
    join(folder, 'new.key'),
    '-out',
    join(folder, 'new.crt'),
  ]);
}

test("the owner's certificate is used, and read again when it changes, without a restart", async () => {
  const files = { certificate: join(folder, 'own.crt'), key: join(folder, 'own.key') };
  const install = async (name: string) => {
    await selfSigned(name);
    await cp(join(folder, 'new.key'), files.key);
    await cp(join(folder, 'new.crt'), files.certificate);
  };
  await install('one.example');
  door = await openDoor({ tls: { mode: 'files', ...files } });
  const { port } = door.addresses;
  const served = async (): Promise<string> => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  };
  expect(await served()).toBe('one.example');
  await install('two.example');
  await vi.waitFor(async () => expect(await served()).toBe('two.example'), {
    timeout: 20_000,
    interval: 250,
  });
});

test('a certificate that is missing, or not that of its key, is named', async () => {
  const silent = pino({ level: 'silent' });
  const missing = new OwnerFiles('/nonexistent/a.crt', '/nonexistent/a.key', silent);
  await expect(missing.start(() => {})).rejects.toMatchObject({ code: 'tls/certificate', exitCode: 2 });
  await selfSigned('one.example');
  await cp(join(folder, 'new.crt'), join(folder, 'one.crt'));
  await selfSigned('two.example');
  const mixed = new OwnerFiles(join(folder, 'one.crt'), join(folder, 'new.key'), silent);
  await expect(mixed.start(() => {})).rejects.toMatchObject({ code: 'tls/certificate' });
});
