import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { local, newPhone } from '../access/house.ts';
import { offer } from '../signaling/fake-sessions.ts';
import { cookieOf, fromElsewhere, joinBy, login, post, welcome } from './browser.ts';
import { ask, type Door, openDoor } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor({}, { loopback: false, handClock: true });
});
afterEach(() => door.stop());

const deviceOf = (headers: Record<string, string>) =>
  ask(`${door.url}/api/device`, { headers: { ...fromElsewhere, ...headers } });
const codeOf = ({ body }: { readonly body: string }) => JSON.parse(body).code as string;

describe('pairing over HTTP', () => {
  test('lets the phone in as the owner, and ends the printed link with its cookies and tokens', async () => {
    const secret = door.credentials.secret.reveal();
    const printed = cookieOf(await post(door, '/api/session', { secret }));
    expect((await deviceOf({ cookie: printed })).status).toBe(200);
    const { publicKey, id, sealKey } = door.house.identity;
    expect(JSON.parse((await ask(`${door.url}/api/identity`, { headers: fromElsewhere })).body)).toEqual({
      device: { name: 'demo', title: 'Vorführung', publicKey, id, sealKey },
      succession: [],
      paired: false,
    });
    const joined = await joinBy(
      door,
      await door.house.access.pair(local, { again: false }),
      await newPhone(),
    );
    expect(joined.status).toBe(200);
    expect(JSON.parse(joined.body)).toMatchObject({
      person: { name: 'Owner' },
      words: expect.stringMatching(/^(\w+ ){3}\w+$/),
    });
    const device = await deviceOf({ cookie: cookieOf(joined) });
    expect(JSON.parse(device.body)).toMatchObject({ person: { name: 'Owner' }, scopes: ownerScopes });
    expect((await deviceOf({ cookie: printed })).status).toBe(401);
    expect((await deviceOf({ authorization: `Bearer ${secret}` })).status).toBe(401);
    expect(codeOf(await post(door, '/api/session', { secret }))).toBe('access/secret-over');
  });

  test('signs nobody out where the first asks again, whose answer was lost', async () => {
    const made = await door.house.access.pair(local, { again: false });
    const phone = await newPhone();
    const first = cookieOf(await joinBy(door, made, phone));
    const again = cookieOf(await joinBy(door, made, phone));
    for (const cookie of [first, again]) expect((await deviceOf({ cookie })).status).toBe(200);
  });

  test('takes a link once, and tells a wrong one from one that is over', async () => {
    const made = await door.house.access.pair(local, { again: false });
    const wrong = await joinBy(door, { ...made, secret: 'A'.repeat(22) }, await newPhone());
    expect([wrong.status, codeOf(wrong)]).toEqual([403, 'access/invitation']);
    expect((await joinBy(door, made, await newPhone())).status).toBe(200);
    const again = await joinBy(door, made, await newPhone());
    expect([again.status, codeOf(again)]).toEqual([410, 'access/invitation-over']);
  });

  test("refuses another site's page", async () => {
    for (const path of ['/api/join', '/api/session', '/api/session/challenge', '/api/token'])
      expect((await post(door, path, {}, { origin: 'https://evil.example' })).status).toBe(400);
  });
});

describe('a session by key', () => {
  test('is opened by a signature over a challenge, once', async () => {
    const { phone } = await welcome(door, { scopes: ['view', 'listen'] });
    const body = await login(door, phone);
    const replies = await Promise.all([post(door, '/api/session', body), post(door, '/api/session', body)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 403]);
    const cookie = cookieOf(replies.find(({ status }) => status === 204) ?? replies[0]);
    expect(JSON.parse((await deviceOf({ cookie })).body).scopes).toEqual(['view', 'listen']);
    expect(codeOf(await post(door, '/api/session', body))).toBe('access/challenge');
  });

  test('is not opened by what was signed for another page, nor by a key that nobody let in', async () => {
    const { phone } = await welcome(door, {});
    const other = await login(door, phone, { origin: 'https://evil.example' });
    expect(codeOf(await post(door, '/api/session', other))).toBe('access/wrong-signature');
    expect(codeOf(await post(door, '/api/session', await login(door, await newPhone())))).toBe(
      'access/unknown-key',
    );
  });

  test('is never kept from its owner by somebody who guesses', async () => {
    const { phone } = await welcome(door, {});
    const right = await login(door, phone);
    const codes: string[] = [];
    for (let n = 0; n < 12; n++)
      codes.push(codeOf(await post(door, '/api/session', { ...right, signature: 'A'.repeat(86) })));
    expect(codes.at(-1)).toBe('access/too-many-tries');
    for (let n = 0; n < 40; n++)
      await Promise.all(Array.from({ length: 50 }, () => post(door, '/api/session/challenge', {})));
    expect((await post(door, '/api/session', right)).status).toBe(204);
  });

  test('ends with its key, and with its person', async () => {
    const one = await welcome(door, {});
    const other = await welcome(door, {});
    expect((await deviceOf({ cookie: one.cookie })).status).toBe(200);
    await door.house.access.revoke(local, 'key', one.phone.id);
    expect((await deviceOf({ cookie: one.cookie })).status).toBe(401);
    expect((await deviceOf({ cookie: other.cookie })).status).toBe(200);
    await door.house.access.revoke(local, 'person', JSON.parse(other.reply.body).person.id);
    expect((await deviceOf({ cookie: other.cookie })).status).toBe(401);
    expect(codeOf(await post(door, '/api/session', await login(door, one.phone)))).toBe('access/unknown-key');
  });

  test('shows no feed to whoever may not look just now, and tells them who they are', async () => {
    const { cookie } = await welcome(door, { scopes: ['unlock:box'] });
    expect(JSON.parse((await deviceOf({ cookie })).body)).toMatchObject({
      feeds: [],
      scopes: ['unlock:box'],
    });
    expect(
      (await ask(`${door.url}/api/snapshot/garden.jpg`, { headers: { ...fromElsewhere, cookie } })).status,
    ).toBe(403);
  });
});

describe('a WHEP player', () => {
  const play = (token?: string) =>
    ask(`${door.url}/whep/garden`, {
      method: 'POST',
      headers: {
        ...fromElsewhere,
        'content-type': 'application/sdp',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: offer,
    });
  const tokenFor = (cookie: string, scopes: readonly string[], seconds = 60) =>
    post(door, '/api/token', { scopes, seconds }, { cookie });

  test('plays with the right token, and with no, a wrong, an expired or a revoked one it does not', async () => {
    const { cookie, phone } = await welcome(door, { scopes: ['view', 'listen'] });
    const { token } = JSON.parse((await tokenFor(cookie, ['view'])).body) as { token: string };
    expect((await play(token)).status).toBe(201);
    expect(door.sessions.opened.at(-1)?.request).toMatchObject({ scopes: ['view'] });
    for (const wrong of [undefined, `${token}x`, 't1.AAAA']) expect((await play(wrong)).status).toBe(401);
    const brief = JSON.parse((await tokenFor(cookie, ['view'], 1)).body) as { token: string };
    door.house.clock.pass(1_001);
    expect((await play(brief.token)).status).toBe(401);
    const { review } = door.sessions.opened.at(-1)?.request ?? {};
    expect(review?.()).toEqual(['view']);
    await door.house.access.revoke(local, 'key', phone.id);
    expect(review?.()).toEqual([]);
    expect((await play(token)).status).toBe(401);
  });

  test('gets no token for more than its person may, nor by a token, nor by a link', async () => {
    const { cookie } = await welcome(door, { scopes: ['view'] });
    expect((await tokenFor(cookie, ['view', 'listen'])).status).toBe(403);
    expect((await tokenFor(cookie, ['view'], 3_601)).status).toBe(400);
    const { token } = JSON.parse((await tokenFor(cookie, ['view'])).body) as { token: string };
    const again = await post(
      door,
      '/api/token',
      { scopes: ['view'], seconds: 60 },
      { authorization: `Bearer ${token}` },
    );
    expect(again.status).toBe(403);
    expect((await tokenFor('', ['view'])).status).toBe(401);
  });
});

test('the socket file acts as the owner, and only its user can open it', async () => {
  const socketPath = join(door.folder, 'control.sock');
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
  const body = await new Promise<string>((resolve, reject) => {
    request({ socketPath, path: '/api/device' }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
  expect(JSON.parse(body).scopes).toEqual(ownerScopes);
  await door.server.stop();
  await expect(stat(socketPath)).rejects.toThrow();
});

test('the machine itself is nobody, unless the profile says so', async () => {
  expect((await fetch(`${door.url}/api/device`)).status).toBe(401);
});
