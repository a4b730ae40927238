import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { VedetteError } from '../../src/errors.ts';
import { maxSignalingBytes, SignalingMessage, signalingVersion } from '../../src/protocol/signaling.ts';
import { type Door, openDoor } from '../http/door.ts';
import { offer } from './fake-sessions.ts';

let door: Door;
const viewers: Viewer[] = [];
beforeEach(async () => {
  door = await openDoor();
});
afterEach(async () => {
  for (const { socket } of viewers.splice(0)) socket.terminate();
  await door.stop();
});

/** A viewer's end of `/signal`; `next` waits for the next message. */
interface Viewer {
  readonly socket: WebSocket;
  say(session: string, body: unknown): void;
  next(): Promise<SignalingMessage>;
}

async function connect(): Promise<Viewer> {
  const socket = new WebSocket(`${door.url.replace('http', 'ws')}/signal`);
  const waiting: ((message: SignalingMessage) => void)[] = [];
  const arrived: SignalingMessage[] = [];
  socket.on('message', (data) => {
    const message = SignalingMessage.parse(JSON.parse(String(data)));
    const taker = waiting.shift();
    if (taker === undefined) arrived.push(message);
    else taker(message);
  });
  await once(socket, 'open');
  const seqs = new Map<string, number>();
  const viewer: Viewer = {
    socket,
    say: (session, body) => {
      const seq = (seqs.get(session) ?? 0) + 1;
      seqs.set(session, seq);
      socket.send(
        JSON.stringify({ v: signalingVersion, id: `${seq}`, from: 'me', to: 'demo', session, seq, body }),
      );
    },
    next: async () => arrived.shift() ?? new Promise((resolve) => waiting.push(resolve)),
  };
  viewers.push(viewer);
  return viewer;
}

const offered = { type: 'offer', sdp: offer, media: [{ mid: '0', feed: 'garden' }], standby: true };

test('an offer is answered, candidates go both ways, and a bye ends it', async () => {
  const viewer = await connect();
  expect((await viewer.next()).body).toMatchObject({
    type: 'hello',
    device: 'demo',
    feeds: door.sessions.feeds,
  });
  viewer.say('s', offered);
  expect(await viewer.next()).toMatchObject({ session: 's', seq: 1, body: { type: 'answer' } });
  const session = door.sessions.opened[0]!;
  expect(session.request).toMatchObject({ id: 's', standby: true });
  session.events.candidate({ candidate: 'candidate:2', sdpMid: '0', sdpMLineIndex: 0 });
  expect(await viewer.next()).toMatchObject({
    seq: 2,
    body: { type: 'candidate', candidate: 'candidate:2' },
  });
  viewer.say('s', { type: 'candidate', candidate: '', sdpMid: '0', sdpMLineIndex: 0 });
  viewer.say('s', { type: 'accept' });
  viewer.say('s', offered);
  expect((await viewer.next()).body.type).toBe('answer');
  expect([session.candidates.length, session.accepted, session.offers.length]).toEqual([1, 1, 2]);
  viewer.say('s', { type: 'bye', reason: 'enough' });
  viewer.say('t', offered); // answered after the bye was taken
  await viewer.next();
  expect(session.closed).toBe('the viewer left');
});

test('a refused first offer leaves no session, and the connection stays', async () => {
  const viewer = await connect();
  await viewer.next();
  viewer.say('bad', { ...offered, sdp: 'hello' });
  expect((await viewer.next()).body).toMatchObject({ type: 'error', code: 'session/bad-offer' });
  viewer.say('theora', { ...offered, sdp: `${offer}a=rtpmap:1 theora/90000\r\n` });
  expect((await viewer.next()).body).toMatchObject({ type: 'error', code: 'session/no-common-codec' });
  expect(door.sessions.opened.map(({ closed }) => closed)).toEqual(Array(2).fill('the offer was refused'));
  door.sessions.limit = 0;
  viewer.say('one-more', offered);
  expect((await viewer.next()).body).toMatchObject({ type: 'error', code: 'session/limit' });
  door.sessions.limit = 1;
  viewer.say('at-last', offered);
  expect((await viewer.next()).body.type).toBe('answer');
});

test('a standby session that cannot be accepted is told so, and goes on waiting', async () => {
  const viewer = await connect();
  await viewer.next();
  viewer.say('s', offered);
  await viewer.next();
  const session = door.sessions.opened[0]!;
  session.refusal = new VedetteError('session/limit', { limit: 1, retryAfterSeconds: 10 });
  viewer.say('s', { type: 'accept' });
  expect((await viewer.next()).body).toMatchObject({ type: 'error', code: 'session/limit' });
  expect(session.closed).toBeUndefined();
});

test('a session outlives its connection, and its id is not given to another', async () => {
  const first = await connect();
  await first.next();
  first.say('s', offered);
  await first.next();
  first.socket.terminate();
  await once(first.socket, 'close');
  const second = await connect();
  await second.next();
  second.say('s', offered);
  expect((await second.next()).body).toMatchObject({ type: 'error', code: 'signaling/session-taken' });
  const session = door.sessions.opened[0]!;
  expect(session.closed).toBeUndefined();
  session.events.ended('consent expired');
  second.say('t', offered);
  expect((await second.next()).body.type).toBe('answer');
});

test('text that is not JSON and bytes that are not text get their error; too much closes with 1009; others go on', async () => {
  const other = await connect();
  const viewer = await connect();
  await viewer.next();
  await other.next();
  viewer.socket.send('{');
  expect((await viewer.next()).body).toMatchObject({ type: 'error', code: 'signaling/not-json' });
  viewer.socket.send(Buffer.from([1, 2, 3]));
  expect((await viewer.next()).body).toMatchObject({ type: 'error', code: 'signaling/not-json' });
  viewer.socket.send('x'.repeat(maxSignalingBytes + 1));
  expect((await once(viewer.socket, 'close'))[0]).toBe(1009);
  other.say('s', offered);
  expect((await other.next()).body.type).toBe('answer');
});

test('a flood closes its connection with 1008, and no other', async () => {
  const other = await connect();
  await other.next();
  const viewer = await connect();
  const closed = once(viewer.socket, 'close');
  for (let n = 0; n < 1000; n++) viewer.socket.send('{');
  expect((await closed)[0]).toBe(1008);
  other.say('s', offered);
  expect((await other.next()).body.type).toBe('answer');
});

test('a session that ends by itself is told as bye', async () => {
  const viewer = await connect();
  await viewer.next();
  viewer.say('s', offered);
  await viewer.next();
  door.sessions.opened[0]!.events.ended('camera sold');
  expect((await viewer.next()).body).toEqual({ type: 'bye', reason: 'camera sold' });
});

test("go2rtc's players are answered in their own words, and their session goes with the connection", async () => {
  const socket = new WebSocket(`${door.url.replace('http', 'ws')}/api/ws?src=garden`);
  await once(socket, 'open');
  const told = async (value: unknown): Promise<unknown> => {
    socket.send(JSON.stringify(value));
    const [data] = await once(socket, 'message');
    return JSON.parse(String(data));
  };
  expect(await told({ type: 'mse', value: '' })).toMatchObject({ type: 'error' });
  expect(await told({ type: 'webrtc/offer', value: 'hello' })).toMatchObject({ type: 'error' });
  expect(await told({ type: 'webrtc/offer', value: offer })).toMatchObject({ type: 'webrtc/answer' });
  socket.send(JSON.stringify({ type: 'webrtc/candidate', value: 'candidate:3' }));
  const session = door.sessions.opened.at(-1)!;
  expect(await told({ type: 'webrtc', value: { type: 'offer', sdp: offer } })).toMatchObject({
    type: 'webrtc',
    value: { type: 'answer' },
  });
  expect(session.candidates).toEqual([{ candidate: 'candidate:3', sdpMid: null, sdpMLineIndex: 0 }]);
  const ended = new Promise<void>((resolve) => {
    const close = session.close.bind(session);
    session.close = async (reason) => {
      await close(reason);
      resolve();
    };
  });
  socket.close();
  await ended;
});
