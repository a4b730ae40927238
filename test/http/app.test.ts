import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Credentials } from '../../src/access/credentials.ts';
import { systemClock } from '../../src/clock.ts';
import { createApp } from '../../src/http/app.ts';
import { type CallerRules, callerOf } from '../../src/http/caller.ts';
import { localName, parseHost } from '../../src/http/hosts.ts';
import { WhepSessions } from '../../src/signaling/whep.ts';
import { House } from '../access/house.ts';
import { FakeSessions } from '../signaling/fake-sessions.ts';
import { noHistory } from './door.ts';

let folder: string;
let rules: CallerRules & { readonly credentials: Credentials };
let house: House;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-app-'));
  house = await House.open({ loopback: true });
  const log = pino({ level: 'silent' });
  const credentials = new Credentials({ folder, paired: () => false, clock: systemClock, log });
  await credentials.start();
  rules = {
    ...{ credentials, access: house.access, names: ['demo.local', 'door.example'] },
    publicUrl: new URL('https://door.example/'),
  };
});
afterEach(() => rm(folder, { recursive: true }));

/** A request as it arrived over a connection between these addresses. */
const arrived = (
  headers: Record<string, string>,
  { remoteAddress = '192.0.2.7', localAddress = '192.0.2.1', encrypted = false } = {},
) => ({ headers, socket: { remoteAddress, localAddress, encrypted } }) as unknown as IncomingMessage;
const loopback = { remoteAddress: '::ffff:127.0.0.1', localAddress: '::ffff:127.0.0.1' };

test.each([
  ['loopback by a loopback name', { host: 'localhost:8480' }, loopback, 'loopback'],
  ['loopback by IPv6', { host: '[::1]:8480' }, { remoteAddress: '::1', localAddress: '::1' }, 'loopback'],
  ["loopback by the device's name", { host: 'demo.local:8480' }, loopback, 'stranger'],
  ['elsewhere, claiming a loopback name', { host: 'localhost:8480' }, {}, 'stranger'],
  ["elsewhere, by the device's address", { host: '192.0.2.1:8480' }, {}, 'stranger'],
  [
    'a proxy on the device',
    { host: '127.0.0.1:8480', 'x-forwarded-for': '198.51.100.1' },
    loopback,
    'stranger',
  ],
  [
    'a proxy with the standard header',
    { host: '127.0.0.1:8480', forwarded: 'for=127.0.0.1' },
    loopback,
    'stranger',
  ],
  ["another site's page", { host: '127.0.0.1:8480', origin: 'https://evil.example' }, loopback, 'stranger'],
  ['the page itself', { host: '127.0.0.1:8480', origin: 'http://127.0.0.1:8480' }, loopback, 'loopback'],
  ['the page on a default port', { host: 'localhost', origin: 'http://localhost' }, loopback, 'loopback'],
] as const)('a request from %s is from %o', (_name, headers, connection, kind) => {
  expect(callerOf(arrived(headers, connection), rules).peer.kind).toBe(kind);
});

test.each([
  ['this machine', { host: 'localhost' }, loopback, 'local'],
  [
    'the house',
    { host: '192.168.0.2' },
    { remoteAddress: '192.168.0.9', localAddress: '192.168.0.2' },
    'local',
  ],
  [
    'the house, by IPv6',
    { host: '[fe80::1]' },
    { remoteAddress: 'fe80::2%eth0', localAddress: 'fe80::1' },
    'local',
  ],
  ['elsewhere', { host: '192.0.2.1' }, { remoteAddress: '198.51.100.9' }, 'remote'],
  ['a proxy beside, by a public name', { host: 'door.example' }, loopback, 'remote'],
  ['a proxy, wherever it is', { host: 'demo.local', via: '1.1 x' }, { remoteAddress: '10.0.0.1' }, 'remote'],
] as const)('a request from %s is from its network', (_name, headers, connection, network) => {
  expect(callerOf(arrived(headers, connection), rules).network).toBe(network);
});

test('a proxy that ends TLS in front makes the connection encrypted, by the public name alone', () => {
  const through = (host: string) => callerOf(arrived({ host, via: '1.1 proxy' }, loopback), rules).encrypted;
  expect([through('door.example'), through('demo.local')]).toEqual([true, false]);
});

test.each(['evil.example', 'demo.local.evil.example', '203.0.113.9', 'a b', '', 'demo.local:99999999'])(
  'a request for "%s" is not for this device',
  (host) => {
    expect(() => callerOf(arrived({ host }), rules)).toThrow(
      expect.objectContaining({ code: 'http/unknown-host' }),
    );
  },
);

test('from elsewhere, plain HTTP only redirects, once there is HTTPS', async () => {
  const sessions = new FakeSessions();
  const services = {
    device: 'demo',
    title: 'Demo',
    sessions,
    credentials: rules.credentials,
    access: house.access,
    identity: house.identity,
    requests: { take: () => false },
    awayLink: () => undefined,
    iceServers: () => [],
    snapshot: async () => new Uint8Array(),
    metrics: () => [],
    history: noHistory,
    push: { publicKey: '', subscribe: async () => undefined, unsubscribe: async () => false },
    clock: systemClock,
    log: pino({ level: 'silent' }),
  };
  const parts = {
    services,
    sessions: new WhepSessions(sessions),
    callerOf: (request: IncomingMessage) => callerOf(request, rules),
    assets: new Map(),
    trust: undefined,
  };
  const app = createApp({
    ...parts,
    secured: true,
    httpsUrl: () => undefined,
    page: () => 'https://demo.local/',
  });
  const host = '192.0.2.1:8480';
  for (const path of ['/', '/api/device?x=1', '/whep/garden', '/healthz', '//evil.example/']) {
    const send = (encrypted: boolean) =>
      app.request(
        `http://${host}${path}`,
        { headers: { host } },
        { incoming: arrived({ host }, { encrypted }) },
      );
    const response = await send(false);
    expect([response.status, response.headers.get('location')]).toEqual([308, `https://${host}${path}`]);
    expect((await send(true)).status).not.toBe(308);
  }
});

test('host names are read as RFC 9110 has them', () => {
  expect(parseHost('[FD00::2]:8480')).toEqual({ name: 'fd00::2', port: '8480' });
  expect(parseHost('Demo.Local.')).toEqual({ name: 'demo.local', port: undefined });
  expect(parseHost('user@demo.local')).toBeUndefined();
  expect(localName('Front Door #2')).toBe('front-door-2.local');
});
