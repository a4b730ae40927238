import { connect as dial } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { maxSignalingBytes } from '../../src/protocol/signaling.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { play, receivedVideo } from '../browsers/whep.ts';
import { FarEnd } from '../transport/far-end.ts';
import { ask, askUpgrade } from './ask.ts';
import { type Device, startDevice } from './device.ts';
import { childrenOf } from './processes.ts';
import { connectSignal, type SignalClient } from './signal-client.ts';
import { until } from './until.ts';

let device: Device;
let browser: TestBrowser;
let page: TestPage;
let offer: string;
const clients: SignalClient[] = [];

beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'e2e',
    cameras: { 'front-door': { kind: 'test', width: 320, height: 180 } },
  }));
  browser = await startChromium();
  page = await browser.newPage();
  await page.goto(new URL('healthz', device.url).href);
  // Somebody who watches and must not notice.
  await page.evaluate(play, { id: 'witness', url: '/whep/front-door' });
  const far = new FarEnd({ codecs: ['VP8'] });
  offer = await far.offer(() => undefined);
  await far.connection.close();
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  const before = await page.evaluate(receivedVideo, 'witness');
  await until(
    async () =>
      ((await page.evaluate(receivedVideo, 'witness'))?.framesDecoded ?? 0) >
      (before?.framesDecoded ?? 0) + 10,
    5_000,
  );
  expect((await page.evaluate(receivedVideo, 'witness'))?.packetsLost).toBe(0);
  // Our own mistakes are logged as errors.
  expect(device.printed()).not.toContain('"level":50');
});

const at = (path: string) => new URL(path, device.url);
const codeOf = (body: string) => (JSON.parse(body) as { code: string }).code;
const sdp = { 'content-type': 'application/sdp' };

async function connect(): Promise<SignalClient> {
  const client = await connectSignal(device.url);
  clients.push(client);
  expect((await client.next()).body.type).toBe('hello');
  return client;
}
const refused = async (client: SignalClient) => (await client.nextOf('error')).code;
const offered = (text: string) => ({ type: 'offer', sdp: text, media: [{ mid: '*', feed: 'front-door' }] });
const aCandidate = 'candidate:1 1 udp 2130706431 127.0.0.1 9 typ host';
const candidate = (text: string) => ({ type: 'candidate', candidate: text, sdpMid: '0', sdpMLineIndex: 0 });

describe('an offer by WHEP', () => {
  const wrong: readonly (readonly [string, () => string, number, string])[] = [
    ['that is empty', () => '', 400, 'session/bad-offer'],
    ['that is prose', () => 'Hello, may I see the door?', 400, 'session/bad-offer'],
    ['that is JSON', () => '{"type":"offer"}', 400, 'session/bad-offer'],
    ['that ends after its first line', () => 'v=0\r\n', 400, 'session/bad-offer'],
    [
      'without ICE credentials',
      () => offer.replace(/a=ice-(ufrag|pwd).*\r\n/g, ''),
      400,
      'session/bad-offer',
    ],
    ['without a fingerprint', () => offer.replace(/a=fingerprint.*\r\n/g, ''), 400, 'session/bad-offer'],
    ['with codecs we do not have', () => offer.replace(/VP8/g, 'AV1'), 422, 'session/no-common-codec'],
    ['of 1 MB', () => offer + 'a=x:y\r\n'.repeat(150_000), 413, 'http/too-large'],
    ['of 1 MB without a line break', () => `v=0\r\n${'x'.repeat(1_000_000)}`, 413, 'http/too-large'],
    [
      'of a thousand sections',
      () => offer.replace(/m=video/, `${'m=video 9 X 0\r\n'.repeat(1_000)}m=video`),
      400,
      'session/bad-offer',
    ],
  ];
  test.each(wrong)('%s is refused with its code', async (_name, text, status, code) => {
    const reply = await ask(at('whep/front-door'), { method: 'POST', headers: sdp, body: text() });
    expect([reply.status, codeOf(reply.body)]).toEqual([status, code]);
    await until(async () => (await device.metric('vedette_viewers')) === 1);
  });

  test('for a feed that is not there, of another type, or by another method, is refused with its code', async () => {
    const post = (path: string, headers: Record<string, string>) =>
      ask(at(path), { method: 'POST', headers, body: offer });
    expect(codeOf((await post('whep/back-door', sdp)).body)).toBe('feed/unknown');
    expect(codeOf((await post('whep/..%2f..%2fetc%2fpasswd', sdp)).body)).toBe('feed/unknown');
    expect(codeOf((await post('whep/front-door', { 'content-type': 'text/plain' })).body)).toBe(
      'http/wrong-type',
    );
    expect(codeOf((await ask(at('whep/front-door'), { method: 'PUT' })).body)).toBe('http/method');
  });

  test('that comes twice makes two sessions, each of which ends', async () => {
    const locations: URL[] = [];
    for (let n = 0; n < 2; n++) {
      const reply = await ask(at('whep/front-door'), { method: 'POST', headers: sdp, body: offer });
      expect(reply.status).toBe(201);
      locations.push(new URL(reply.headers.location ?? '', device.url));
    }
    expect(locations[0]?.href).not.toBe(locations[1]?.href);
    for (const location of locations) {
      expect((await ask(location, { method: 'DELETE' })).status).toBe(200);
      const again = await ask(location, { method: 'DELETE' });
      expect([again.status, codeOf(again.body)]).toEqual([404, 'session/unknown']);
    }
  });

  test('is followed by fragments that are malformed, and none of them harms it', async () => {
    const posted = await ask(at('whep/front-door'), { method: 'POST', headers: sdp, body: offer });
    const location = new URL(posted.headers.location ?? '', device.url);
    const ufrag = /a=ice-ufrag:(\S+)/.exec(offer)?.[1] ?? '';
    const patch = async (body: string, etag = posted.headers.etag ?? '') => {
      const headers = { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': etag };
      const reply = await ask(location, { method: 'PATCH', headers, body });
      return [reply.status, reply.body === '' ? '' : codeOf(reply.body)];
    };
    const head = `a=ice-ufrag:${ufrag}\r\na=ice-pwd:x\r\nm=video 9 X 0\r\na=mid:0\r\n`;
    for (const text of [
      'candidate:nonsense',
      `${aCandidate.replace('127.0.0.1', '999.1.1.1')}`,
      aCandidate.replace(' 9 ', ' 99999 '),
    ])
      expect(await patch(`${head}a=${text}\r\n`)).toEqual([400, 'whep/bad-fragment']);
    expect(await patch('a=ice-ufrag:other\r\na=ice-pwd:other\r\n', '*')).not.toEqual([500, 'http/internal']);
    expect(await patch('x'.repeat(100_000))).toEqual([413, 'http/too-large']);
    expect((await ask(location, { method: 'DELETE' })).status).toBe(200);
    expect(await patch(`${head}a=${aCandidate}\r\n`)).toEqual([404, 'session/unknown']);
  });
});

describe('a message by WebSocket', () => {
  test.each([
    ['that is not JSON', '{', 'signaling/not-json'],
    ['that is empty', '', 'signaling/not-json'],
    ['that is bytes', Buffer.from([0, 1, 2, 255]), 'signaling/not-json'],
    ['that is null', 'null', 'signaling/invalid'],
    ['that is a list', '[]', 'signaling/invalid'],
    ['that is deep', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'signaling/invalid'],
    ['of another version', '{"v":2}', 'signaling/version'],
    ['that poisons prototypes', '{"v":1,"__proto__":{"session":"x"},"constructor":1}', 'signaling/invalid'],
  ])('%s gets its code, and the connection stays', async (_name, data, code) => {
    const client = await connect();
    client.sayRaw(data);
    expect(await refused(client)).toBe(code);
    client.sayRaw('{');
    expect(await refused(client)).toBe('signaling/not-json');
  });

  test.each([
    ['of a type nobody knows', { type: 'reboot' }, 'signaling/invalid'],
    ['that only the device may send', { type: 'answer', sdp: 'v=0' }, 'signaling/invalid'],
    ['with more than it should have', { type: 'accept', also: 1 }, 'signaling/invalid'],
    ['that accepts what was never offered', { type: 'accept' }, 'session/unknown'],
    ['with an offer that is no SDP', offered('hello'), 'session/bad-offer'],
    [
      'with an offer for no feed of ours',
      { ...offered(''), media: [{ mid: '*', feed: 'attic' }] },
      'feed/unknown',
    ],
    ['with a candidate that is too long', candidate('x'.repeat(2_000)), 'signaling/invalid'],
  ])('%s gets its code', async (_name, body, code) => {
    const client = await connect();
    const said = body.type === 'offer' && 'sdp' in body && body.sdp === '' ? { ...body, sdp: offer } : body;
    client.say('s', said);
    expect(await refused(client)).toBe(code);
  });

  test('that is too big closes its connection with 1009', async () => {
    const client = await connect();
    client.sayRaw('x'.repeat(maxSignalingBytes + 1));
    expect(await client.closed).toBe(1009);
  });

  test('a thousand times closes its connection with 1008', async () => {
    const client = await connect();
    for (let n = 0; n < 1_000; n++) client.sayRaw('{');
    expect(await client.closed).toBe(1008);
  });

  test('out of its order gets its code, and the one that was due still counts', async () => {
    const client = await connect();
    const message = (seq: number) =>
      JSON.stringify({
        v: 1,
        id: `m${seq}`,
        from: 't',
        to: '',
        session: 's',
        seq,
        body: candidate(aCandidate),
      });
    client.sayRaw(message(2));
    expect(await refused(client)).toBe('signaling/sequence');
    client.sayRaw(message(1));
    client.sayRaw(message(1));
    expect(await refused(client)).toBe('signaling/sequence');
  });

  test('with candidates before the offer, malformed, too many and after the end, still connects', async () => {
    const client = await connect();
    const far = new FarEnd({ codecs: ['VP8'] });
    try {
      for (const text of ['', 'nonsense', aCandidate, aCandidate.replace('udp', 'sctp'), 'candidate:1 1 udp'])
        client.say('s', candidate(text));
      client.say('s', { ...candidate(aCandidate), sdpMid: null, sdpMLineIndex: 63 });
      for (let n = 0; n < 100; n++) client.say('s', candidate(aCandidate.replace(' 9 ', ` ${9 + n} `)));
      const early: unknown[] = [];
      const text = await far.offer((it) => void early.push(it));
      client.say('s', offered(text));
      await far.accept((await client.nextOf('answer')).sdp);
      client.say('s', candidate(''));
      client.say('s', candidate(aCandidate));
      for (const it of early) client.say('s', { type: 'candidate', ...(it as object) });
      await far.until('the picture', () => far.rtp.length > 0);
      client.say('s', { type: 'bye', reason: 'seen enough' });
      client.say('s', candidate(aCandidate));
      client.say('s', offered(text));
      expect(await refused(client)).toBe('session/unknown');
    } finally {
      await far.connection.close();
    }
    await until(async () => (await device.metric('vedette_viewers')) === 1);
  });

  test('with more sessions than a connection may have gets its code, and all end with a bye each', async () => {
    const client = await connect();
    const offers = { ...offered(offer), standby: true };
    for (let n = 0; n < 17; n++) client.say(`s${n}`, offers);
    expect(await refused(client)).toBe('signaling/sessions');
    expect(await device.metric('vedette_standby_sessions')).toBe(16);
    for (let n = 0; n < 16; n++) client.say(`s${n}`, { type: 'bye', reason: '' });
    await until(async () => (await device.metric('vedette_standby_sessions')) === 0);
  });
});

test('upgrades that are no WebSocket’s, and requests that are no HTTP, get an answer or an end', async () => {
  expect((await askUpgrade(at('signal'), { 'sec-websocket-version': '12' })).status).toBe(400);
  expect((await askUpgrade(at('signal'), { 'sec-websocket-key': 'short' })).status).toBe(400);
  expect((await askUpgrade(at('elsewhere'))).status).toBe(404);
  expect((await askUpgrade(at('api/ws?src=attic'))).status).toBe(404);
  expect((await ask(at('api/snapshot/%ff.jpg'))).status).toBe(404);
  expect((await ask(at('whep/%'), { method: 'POST', headers: sdp, body: offer })).status).toBe(404);
  for (const bytes of [
    '\x16\x03\x01\xff\xff',
    'GET / HTTP/9.9\r\n\r\n',
    '\0\0\0\0',
    `GET /${'a'.repeat(100_000)}`,
  ]) {
    const socket = dial(Number(new URL(device.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.end(bytes, 'latin1');
    socket.resume();
    await closed;
  }
});

test('fifty snapshots at once take no fifty processes', async () => {
  const asked = Array.from({ length: 50 }, () => ask(at('api/snapshot/front-door.jpg')));
  let most = 0;
  const all = Promise.all(asked);
  let done = false;
  void all.finally(() => {
    done = true;
  });
  while (!done) most = Math.max(most, (await childrenOf(device.pid)).length);
  expect((await all).map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(most).toBeLessThan(5);
});
