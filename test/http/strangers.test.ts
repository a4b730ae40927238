import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { mintToken } from '../../src/access/token.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { offer } from '../signaling/fake-sessions.ts';
import { ask, type Door, openDoor, picture } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.stop());

const sdp = { 'content-type': 'application/sdp' };
/** Not a loopback name, so the caller has to prove who it is; one of the device's own, so it is heard at all. */
const fromElsewhere = { host: 'demo.local' };

/** Every door there is, with what it gives to whoever is let in. */
const doors = [
  ['GET', '/api/device', undefined, 200],
  ['POST', '/whep/front-door', offer, 201],
  ['PATCH', '/whep/front-door/abc', '', 415],
  ['DELETE', '/whep/front-door/abc', '', 404],
  ['GET', '/whep/front-door', undefined, 405],
  ['POST', '/api/webrtc?src=front-door', offer, 201],
  ['GET', '/api/snapshot/front-door.jpg', undefined, 200],
  ['GET', '/metrics', undefined, 200],
] as const;
const sockets = ['/signal', '/api/ws?src=front-door'] as const;
/** What anybody may have: the page's shell, and that something lives here. */
const open = ['/', '/assets/main-abc123.js', '/vedette-live.js', '/healthz'] as const;

/** The status an upgrade is refused with, or 101. */
function upgrade(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}${path}`, { headers });
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', (error) => {
      if (!/abort|closed before/i.test(error.message)) reject(error);
    });
  });
}

const everySecret = () => [
  'Haustür',
  'Vorführung',
  'garden',
  'vedette_viewers',
  'ufrag',
  door.credentials.secret.reveal(),
];

test.each([
  ['nothing', {}],
  ['a wrong token', { authorization: 'Bearer AAAAAAAAAAAAAAAAAAAAAA' }],
  ['an empty token', { authorization: 'Bearer' }],
  ['a cookie of its own making', { cookie: 'vedette=AAAAAAAAAAAAAAAAAAAAAA' }],
  ['a claim to be a proxy for loopback', { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost' }],
])('a stranger without the secret gets nothing at any URL, showing %s', async (_name, shown) => {
  const headers = { ...sdp, ...fromElsewhere, ...shown };
  for (const [method, path, body] of doors) {
    const reply = await ask(`${door.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect([path, reply.status]).toEqual([path, 401]);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(JSON.parse(reply.body).code).toBe('access/denied');
    for (const word of everySecret()) expect(reply.body).not.toContain(word);
  }
  for (const path of sockets)
    expect([path, await upgrade(path, { ...fromElsewhere, ...shown })]).toEqual([path, 401]);
  for (const path of open) {
    const reply = await ask(`${door.url}${path}`, { headers: { ...fromElsewhere, ...shown } });
    expect([path, reply.status]).toEqual([path, 200]);
    for (const word of everySecret()) expect(reply.body).not.toContain(word);
  }
  expect(door.sessions.opened).toEqual([]);
});

test('whoever holds the secret gets everything, by token and by cookie', async () => {
  const secret = door.credentials.secret.reveal();
  const traded = await ask(`${door.url}/api/session`, {
    method: 'POST',
    headers: { ...fromElsewhere, 'content-type': 'application/json', origin: 'http://demo.local' },
    body: JSON.stringify({ secret }),
  });
  expect(traded.status).toBe(204);
  const setCookie = traded.headers['set-cookie']?.[0] ?? '';
  expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  expect(setCookie).not.toContain(secret);
  const cookie = setCookie.split(';')[0] ?? '';
  for (const shown of [{ authorization: `Bearer ${secret}` }, { cookie }]) {
    for (const [method, path, body, status] of doors) {
      const headers = { ...sdp, ...fromElsewhere, ...shown };
      const reply = await ask(`${door.url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect([path, reply.status]).toEqual([path, status]);
    }
    for (const path of sockets) expect(await upgrade(path, { ...fromElsewhere, ...shown })).toBe(101);
  }
});

test('a token opens what its scopes say, on loopback too', async () => {
  const authorization = `Bearer ${mintToken(door.credentials.secret, ['view', 'listen']).reveal()}`;
  const status = async (path: string) =>
    (await ask(`${door.url}${path}`, { headers: { authorization } })).status;
  expect(await status('/metrics')).toBe(403);
  expect(await status('/api/snapshot/garden.jpg')).toBe(403);
  const device = await ask(`${door.url}/api/device`, { headers: { authorization } });
  expect(JSON.parse(device.body)).toEqual({
    device: 'demo',
    title: 'Vorführung',
    feeds: door.sessions.feeds,
    person: null,
    secure: true,
    scopes: ['view', 'listen'],
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
});

test('the device itself needs no secret', async () => {
  const device = await fetch(`${door.url}/api/device`);
  expect(await device.json()).toMatchObject({ device: 'demo', secure: true, scopes: ownerScopes });
  const snapshot = await fetch(`${door.url}/api/snapshot/garden.jpg`);
  expect(snapshot.headers.get('content-type')).toBe('image/jpeg');
  expect(await snapshot.bytes()).toEqual(picture);
  expect(await (await fetch(`${door.url}/metrics`)).text()).toContain('\nvedette_viewers 2\n');
});

test.each([
  ['Origin', { origin: 'https://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ['Fetch Metadata', { 'sec-fetch-site': 'cross-site' }],
])("another site's page on the device is a stranger, by %s", async (_name, headers) => {
  expect((await ask(`${door.url}/api/snapshot/garden.jpg`, { headers })).status).toBe(401);
  expect(await upgrade('/signal', headers)).toBe(401);
});

test('a name that is not the device gets nothing, so DNS rebinding reads nothing', async () => {
  for (const host of ['evil.example', 'demo.local.evil.example', '198.51.100.7']) {
    const reply = await ask(`${door.url}/api/device`, { headers: { host } });
    expect([host, reply.status]).toEqual([host, 421]);
    expect(await upgrade('/signal', { host })).toBe(421);
  }
});

test('guessing the secret is refused, then slowed, and the right one passes all the while', async () => {
  const guess = (secret: string) =>
    ask(`${door.url}/api/session`, {
      method: 'POST',
      headers: { ...fromElsewhere, 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });
  expect(JSON.parse((await guess('wrong')).body).code).toBe('access/wrong-secret');
  const statuses: number[] = [];
  for (let n = 0; n < 11; n++) statuses.push((await guess(`wrong ${n}`)).status);
  expect(statuses.slice(0, 9)).toEqual(Array(9).fill(403));
  expect(statuses.slice(9)).toEqual([429, 429]);
  const slowed = await guess('wrong');
  expect([slowed.status, Number(slowed.headers['retry-after']) > 0]).toEqual([429, true]);
  expect((await guess(door.credentials.secret.reveal())).status).toBe(204);
});

test.each([
  ['no JSON', 'secret', {}, 400],
  ['another shape', '{"secret":1}', {}, 400],
  ['a form', 'secret=1', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ['another site', '{"secret":"x"}', { origin: 'https://evil.example' }, 400],
  ['too much', `{"secret":"${'x'.repeat(5000)}"}`, {}, 413],
])('a trade of %s is refused', async (_name, body, headers, status) => {
  const all = { 'content-type': 'application/json', ...headers };
  expect((await ask(`${door.url}/api/session`, { method: 'POST', headers: all, body })).status).toBe(status);
});

test('no log line names a secret, nor at info an address', async () => {
  const secret = door.credentials.secret.reveal();
  await ask(`${door.url}/api/device`, { headers: { ...fromElsewhere, authorization: `Bearer ${secret}` } });
  await ask(`${door.url}/whep/garden`, { method: 'POST', headers: sdp, body: 'hello' });
  const lines = door.logged.join('');
  expect(lines).not.toContain(secret);
  expect(door.logged.filter((line) => JSON.parse(line).level >= 30).join('')).not.toContain('127.0.0.1');
});
