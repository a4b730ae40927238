import { afterEach, beforeEach, expect, test } from 'vitest';
import { mintToken } from '../../src/access/token.ts';
import { offer } from '../signaling/fake-sessions.ts';
import { ask, type Door, openDoor } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.stop());

const sdp = { 'content-type': 'application/sdp' };
const fragment = { 'content-type': 'application/trickle-ice-sdpfrag' };
const post = (feed: string, body: string, headers: Record<string, string> = sdp) =>
  fetch(`${door.url}/whep/${feed}`, { method: 'POST', headers, body });
const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { code: string }).code;

test('a session is made, trickled to, restarted and ended as WHEP has it', async () => {
  const created = await post('front-door', offer);
  expect(created.status).toBe(201);
  expect(created.headers.get('content-type')).toBe('application/sdp');
  expect(created.headers.get('accept-patch')).toBe('application/trickle-ice-sdpfrag');
  expect(created.headers.get('link')).toBe(
    '<turn:turn.example:3478?transport=udp>; rel="ice-server"; username="me"; credential="a\\"b"; credential-type="password"',
  );
  expect(await created.text()).toContain('a=ice-ufrag:reaaaa');
  const resource = new URL(created.headers.get('location') ?? '', created.url);
  const etag = created.headers.get('etag') ?? '';
  const session = door.sessions.opened[0]!;
  expect(session.request.standby).toBe(false);
  expect(session.offers[0]!.media).toEqual([{ mid: '0', feed: 'front-door' }]);

  const candidate = 'candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host';
  const body = `a=ice-ufrag:aaaa\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=${candidate}\r\na=end-of-candidates\r\n`;
  const patch = (headers: Record<string, string>, text = body) =>
    fetch(resource, { method: 'PATCH', headers: { ...fragment, ...headers }, body: text });
  expect((await patch({ 'if-match': etag })).status).toBe(204);
  expect(session.candidates).toEqual([
    { candidate, sdpMid: '0', sdpMLineIndex: null },
    { candidate: '', sdpMid: '0', sdpMLineIndex: null },
  ]);

  expect((await patch({})).status).toBe(428);
  expect((await patch({ 'if-match': '"old"' })).status).toBe(412);
  expect((await patch({ 'if-match': etag }, 'nonsense')).status).toBe(400);
  expect((await patch({ 'if-match': etag, 'content-type': 'text/plain' })).status).toBe(415);

  const restarted = await patch(
    { 'if-match': '*' },
    'a=ice-ufrag:cccc\r\na=ice-pwd:cccccccccccccccccccccccc\r\n',
  );
  expect(restarted.status).toBe(200);
  expect(restarted.headers.get('content-type')).toBe('application/trickle-ice-sdpfrag');
  expect(restarted.headers.get('etag')).not.toBe(etag);
  expect(await restarted.text()).toContain('a=ice-ufrag:recccc');
  expect(session.offers[1]!.sdp).toContain('o=- 4611731400430051336 3 IN IP4 127.0.0.1');
  expect(session.offers[1]!.sdp).not.toContain('aaaa');
  expect((await patch({ 'if-match': etag })).status).toBe(412);

  expect((await fetch(resource, { method: 'DELETE' })).status).toBe(200);
  expect(session.closed).toBe('the viewer left');
  const again = await fetch(resource, { method: 'DELETE' });
  expect([again.status, await codeOf(again)]).toEqual([404, 'session/unknown']);
});

test.each([
  ['text that is not SDP', 'hello', sdp, 400, 'session/bad-offer'],
  ['an empty body', '', sdp, 400, 'session/bad-offer'],
  ['no common codec', `${offer}a=rtpmap:1 theora/90000\r\n`, sdp, 422, 'session/no-common-codec'],
  ['a megabyte', `v=0\r\n${'a'.repeat(1024 * 1024)}`, sdp, 413, 'http/too-large'],
  ['another type', offer, { 'content-type': 'text/plain' }, 415, 'http/wrong-type'],
  ['an Accept of something else', offer, { ...sdp, accept: 'image/png' }, 406, 'http/not-acceptable'],
])(
  'an offer of %s is refused by its code, and leaves no session',
  async (_name, body, headers, status, code) => {
    const response = await post('front-door', body, headers);
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
    expect(door.sessions.opened.every(({ closed }) => closed !== undefined)).toBe(true);
  },
);

test('an unknown feed is 404 and names the known ones', async () => {
  const response = await post('cellar', offer);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    code: 'feed/unknown',
    message: 'there is no feed "cellar"',
    cure: 'choose one of: front-door, garden',
    detail: { feed: 'cellar', known: 'front-door, garden' },
  });
});

test('a viewer beyond the limit is asked to come again', async () => {
  door.sessions.limit = 0;
  const response = await post('garden', offer);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
});

test('a page of another site may look with a token, and not without, though it runs on the device', async () => {
  const origin = { origin: 'https://elsewhere.example' };
  const preflight = await ask(`${door.url}/whep/garden`, { method: 'OPTIONS', headers: origin });
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-origin']).toBe('*');
  expect(preflight.headers['access-control-allow-headers']).toContain('Authorization');
  expect(preflight.headers['accept-post']).toBe('application/sdp');

  const without = await ask(`${door.url}/whep/garden`, {
    method: 'POST',
    headers: { ...sdp, ...origin },
    body: offer,
  });
  expect(without.status).toBe(401);
  expect(without.headers['access-control-allow-origin']).toBe('*'); // so that it can read why

  const authorization = `Bearer ${mintToken(door.credentials.secret, ['view', 'listen']).reveal()}`;
  const headers = { ...sdp, ...origin, authorization };
  const allowed = await ask(`${door.url}/whep/garden`, { method: 'POST', headers, body: offer });
  expect(allowed.status).toBe(201);
  expect(allowed.headers['access-control-expose-headers']).toContain('Location');
  expect(door.sessions.opened[0]!.request.scopes).toEqual(['view', 'listen']);
});

test('a session that ended by itself is unknown to its viewer', async () => {
  const created = await post('garden', offer);
  door.sessions.opened[0]!.events.ended('gone');
  const resource = new URL(created.headers.get('location') ?? '', created.url);
  expect((await fetch(resource, { method: 'DELETE' })).status).toBe(404);
});

test('other methods are refused by name', async () => {
  const response = await fetch(`${door.url}/whep/garden`);
  expect([response.status, await codeOf(response)]).toEqual([405, 'http/method']);
});

test('players written for go2rtc get their answer in the form of their offer', async () => {
  const url = `${door.url}/api/webrtc?src=garden`;
  const json = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'offer', sdp: offer }),
  });
  expect(await json.json()).toMatchObject({ type: 'answer', sdp: expect.stringContaining('v=0') });
  const whep = await fetch(url, { method: 'POST', headers: sdp, body: offer });
  expect([whep.status, whep.headers.get('location')]).toEqual([
    201,
    expect.stringMatching(/^\/whep\/garden\//),
  ]);
  const raw = await fetch(url, { method: 'POST', body: offer });
  expect([raw.status, await raw.text()]).toEqual([200, expect.stringMatching(/^v=0/)]);
});
