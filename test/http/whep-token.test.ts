import { afterEach, beforeEach, expect, test } from 'vitest';
import { offer } from '../signaling/fake-sessions.ts';
import { fromElsewhere, post, welcome } from './browser.ts';
import { ask, type Door, openDoor, type Reply } from './door.ts';

/** A page of somebody else's, on which a player stands. */
const elsewhere = 'https://blog.example';

let door: Door;
beforeEach(async () => {
  door = await openDoor({}, { loopback: false, handClock: true });
});
afterEach(() => door.stop());

const whep = (token?: string, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(`${door.url}/whep/front-door`, {
    method: 'POST',
    headers: {
      ...fromElsewhere,
      ...{ origin: elsewhere, 'content-type': 'application/sdp' },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: offer,
  });

async function tokenFor(scopes: readonly string[], cookie: string, seconds = 60) {
  const reply = await post(door, '/api/token', { scopes, seconds }, { cookie });
  return { reply, token: (JSON.parse(reply.body) as { token?: string }).token };
}

async function viewer() {
  const bob = await welcome(door, { name: 'Bob', scopes: ['view', 'listen'] });
  return { ...bob, token: (await tokenFor(['view'], bob.cookie)).token ?? '' };
}

test('a player without a token is refused, and told that it takes one', async () => {
  const refused = await whep();
  expect(refused.status).toBe(401);
  expect(refused.headers['www-authenticate']).toBe('Bearer');
  // Else the other page could not read why.
  expect(refused.headers['access-control-allow-origin']).toBe('*');
  expect(door.sessions.opened).toEqual([]);
});

test('a wrong token is none, whatever else comes with it', async () => {
  const { token, cookie } = await viewer();
  for (const wrong of ['', 'x', `${token}x`, token.slice(0, -1), token.toUpperCase()])
    expect((await whep(wrong)).status).toBe(401);
  // A token says who speaks: a cookie beside a wrong one is not looked at.
  expect((await whep('wrong', { cookie, origin: 'http://demo.local' })).status).toBe(401);
  expect(door.sessions.opened).toEqual([]);
});

test('the right token opens a session of its person, with its scopes alone', async () => {
  const { token, phone } = await viewer();
  const opened = await whep(token);
  expect(opened.status).toBe(201);
  expect(opened.headers['access-control-allow-origin']).toBe('*');
  expect(opened.headers['access-control-expose-headers']?.toLowerCase()).toContain('location');
  expect(opened.headers['access-control-allow-credentials']).toBeUndefined();
  const [session] = door.sessions.opened;
  expect(session?.request.who).toMatchObject({ name: 'Bob', key: phone.id });
  expect(session?.request.scopes).toEqual(['view']);
  const url = `${door.url}${opened.headers.location}`;
  const authorization = `Bearer ${token}`;
  // Trickling and leaving take it as well.
  expect((await ask(url, { method: 'DELETE', headers: { ...fromElsewhere } })).status).toBe(401);
  expect((await ask(url, { method: 'DELETE', headers: { ...fromElsewhere, authorization } })).status).toBe(
    200,
  );
  expect(session?.closed).toBe('the viewer left');
});

test('it holds until its time is over, and not a moment longer', async () => {
  const { token } = await viewer();
  door.house.clock.pass(59_999);
  expect((await whep(token)).status).toBe(201);
  door.house.clock.pass(2);
  expect((await whep(token)).status).toBe(401);
  expect(door.sessions.opened).toHaveLength(1);
});

test('a clock that is set back makes no token good again', async () => {
  const { token } = await viewer();
  door.house.clock.mono += 60_001;
  door.house.clock.wallMs -= 3_600_000;
  expect((await whep(token)).status).toBe(401);
});

test('it ends with the key that it was made by, and what it opened is reviewed to nothing', async () => {
  const { token, phone } = await viewer();
  expect((await whep(token)).status).toBe(201);
  await door.house.access.revoke({ kind: 'local' }, 'key', phone.id);
  expect((await whep(token)).status).toBe(401);
  expect(door.sessions.opened[0]?.request.review?.()).toEqual([]);
});

test('nobody makes a token for more than they may, and none of a token', async () => {
  const { cookie, token } = await viewer();
  expect((await tokenFor(['view', 'talk'], cookie)).reply.status).toBe(403);
  const again = await post(
    door,
    '/api/token',
    { scopes: ['view'], seconds: 60 },
    {
      authorization: `Bearer ${token}`,
    },
  );
  expect(again.status).toBe(403);
  expect((await tokenFor(['listen'], cookie)).token).toBeDefined();
  expect((await whep((await tokenFor(['listen'], cookie)).token)).status).toBe(403);
});

test('a page of another origin may ask with a token, and with nothing else', async () => {
  const preflight = await ask(`${door.url}/whep/front-door`, {
    method: 'OPTIONS',
    headers: {
      ...fromElsewhere,
      origin: elsewhere,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-origin']).toBe('*');
  expect(preflight.headers['access-control-allow-headers']?.toLowerCase()).toContain('authorization');
  const { cookie } = await viewer();
  // A browser would send no cookie there; and where one is sent, it speaks for nobody.
  expect((await whep(undefined, { cookie })).status).toBe(401);
  // Nothing beside media is open to other pages.
  const requests = await ask(`${door.url}/api/requests`, {
    method: 'OPTIONS',
    headers: { ...fromElsewhere, origin: elsewhere },
  });
  expect(requests.headers['access-control-allow-origin']).toBeUndefined();
});
