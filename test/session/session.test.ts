import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
} from 'werift';
import { far as payloadTypes } from '../transport/far-end.ts';
import { Stage } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const { h264, vp8, opus } = payloadTypes;

test('the full state is said first, then what changes, in order', async () => {
  const viewer = await stage.watching({ audio: 'sendrecv' });
  stage.feed.become({ camera: { state: 'starting', since: 1 } });
  stage.feed.become({ camera: { state: 'live', since: 2 } });
  stage.feed.become({ talk: { state: 'talking', session: 'x' } });
  await viewer.far.until('four messages', () => viewer.messages.length >= 4);
  expect(viewer.messages[0]).toEqual({
    type: 'state',
    session: viewer.session.id,
    watchers: [{ session: viewer.session.id, name: 'Somebody', feeds: ['door'] }],
    watching: 1,
    feeds: [
      {
        feed: 'door',
        camera: { state: 'off' },
        talk: { state: 'idle' },
        waitsForKeyframe: true,
        flow: 'watching',
      },
    ],
    sensors: [],
    alarms: [],
    rings: [],
    locks: [],
    privacy: { on: false },
    confirmations: [],
  });
  expect(viewer.messages.slice(1).map((message) => message.type === 'feed' && message.status)).toMatchObject([
    { camera: { state: 'starting' } },
    { camera: { state: 'live' } },
    { camera: { state: 'live' }, talk: { state: 'talking', session: 'x' } },
  ]);
});

test('a viewer waits for a keyframe, is told so, and gets nothing it cannot decode', async () => {
  const viewer = await stage.watching();
  const stream = stage.feed.streams.H264;
  await viewer.far.until('the encoder', () => stream.running);
  expect(stream.keyframesAsked).toBe(1);
  stream.give(false, 1);
  stream.give(true, 2);
  stream.give(false, 3);
  await viewer.far.until('two frames', () => viewer.far.rtp.length >= 2);
  expect(viewer.marks(h264)).toEqual([2, 3]);
  await viewer.far.until('the news', () => viewer.messages.length >= 2);
  expect(viewer.messages[1]).toMatchObject({ type: 'feed', status: { waitsForKeyframe: false } });
});

test('sound that comes first does not end the wait for a picture', async () => {
  const viewer = await stage.watching({ audio: 'recvonly' });
  await viewer.far.until('the microphone', () => stage.feed.audio.running);
  stage.feed.audio.give(true, 9);
  await viewer.far.until('sound', () => viewer.marks(opus).length > 0);
  stage.feed.become({ camera: { state: 'live', since: 1 } });
  await viewer.far.until('the news', () => viewer.messages.length >= 2);
  expect(viewer.messages[1]).toMatchObject({ status: { waitsForKeyframe: true } });
});

test('a second viewer begins at once with the frames since the keyframe', async () => {
  const first = await stage.watching();
  const stream = stage.feed.streams.H264;
  await first.far.until('the encoder', () => stream.running);
  for (const [mark, keyframe] of [true, false, true, false, false].entries()) stream.give(keyframe, mark + 1);
  await first.far.until('five frames', () => first.far.rtp.length >= 5);
  const second = await stage.watching();
  await second.far.until('the cached frames', () => second.far.rtp.length >= 3);
  stream.give(false, 6);
  await second.far.until('a live frame', () => second.far.rtp.length >= 4);
  expect(second.marks(h264)).toEqual([3, 4, 5, 6]);
  expect(stream.keyframesAsked).toBe(1);
  expect(stream.started).toBe(1);
  const times = second.far.rtp.map(({ header }) => header.timestamp);
  expect([(times[1]! - times[0]!) >>> 0, (times[2]! - times[1]!) >>> 0]).toEqual([90, 90]);
});

test.each([
  ['asks for a keyframe where the cache is long', true, [99]],
  [
    'gets a long cache where the camera gives no keyframe at will',
    false,
    [...Array.from({ length: 20 }, (_, place) => place + 1), 99],
  ],
])('a second viewer %s', async (_, keyframesOnDemand, marks) => {
  const first = await stage.watching();
  const stream = stage.feed.streams.H264;
  stream.keyframesOnDemand = keyframesOnDemand;
  await first.far.until('the encoder', () => stream.running);
  for (let mark = 1; mark <= 20; mark += 1) stream.give(mark === 1, mark);
  await first.far.until('twenty frames', () => first.far.rtp.length >= 20);
  const asked = stream.keyframesAsked;
  const second = await stage.watching();
  expect(stream.keyframesAsked - asked).toBe(keyframesOnDemand ? 1 : 0);
  stream.give(true, 99);
  await second.far.until('the new keyframe', () => second.far.rtp.length >= marks.length);
  expect(second.marks(h264)).toEqual(marks);
});

test('viewers with different codecs get each their own encoder, and both stop when both have left', async () => {
  const one = await stage.watching({ codecs: ['VP8'] });
  const other = await stage.watching({ codecs: ['H264'] });
  const { H264, VP8 } = stage.feed.streams;
  await one.far.until('both', () => H264.running && VP8.running);
  VP8.give(true, 1);
  H264.give(true, 2);
  await one.far.until('a frame', () => one.far.rtp.length > 0);
  await other.far.until('a frame', () => other.far.rtp.length > 0);
  expect(one.far.rtp[0]!.header.payloadType).toBe(vp8);
  expect(other.marks(h264)).toEqual([2]);
  await one.session.close('left');
  expect([VP8.running, H264.running]).toEqual([false, true]);
  await other.session.close('left');
  expect([VP8.stopped, H264.stopped]).toEqual([1, 1]);
});

test('on standby everything stands and no media flows, until it is accepted', async () => {
  const viewer = await stage.watching({ standby: true });
  const stream = stage.feed.streams.H264;
  expect(stream.started).toBe(0);
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([0, 1]);
  viewer.ask({ type: 'accept' });
  await viewer.far.until('the encoder', () => stream.running);
  stream.give(true, 5);
  await viewer.far.until('a frame', () => viewer.far.rtp.length > 0);
  expect(viewer.marks(h264)).toEqual([5]);
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([1, 0]);
});

test('a lost packet is sent again, and a PLI asks the encoder for a keyframe', async () => {
  const viewer = await stage.watching();
  const stream = stage.feed.streams.H264;
  await viewer.far.until('the encoder', () => stream.running);
  stream.give(true, 1, 3_000);
  await viewer.far.until('the frame', () => viewer.far.rtp.length >= 3);
  const { ssrc, sequenceNumber } = viewer.far.rtp[1]!.header;
  await viewer.far.dtls.sendRtcp([
    new RtcpTransportLayerFeedback({
      feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: ssrc, lost: [sequenceNumber] }),
    }),
    new RtcpPayloadSpecificFeedback({
      feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: ssrc }),
    }),
  ]);
  await viewer.far.until('the retransmission', () => viewer.far.rtp.length >= 4);
  expect(viewer.far.rtp[3]!.payload.subarray(2)).toEqual(viewer.far.rtp[1]!.payload);
  expect(stream.keyframesAsked).toBe(2);
});

test('who may not listen gets no sound, and who may not talk is not heard', async () => {
  const viewer = await stage.watching({ audio: 'sendrecv', scopes: ['view'] });
  await viewer.far.until('the encoder', () => stage.feed.streams.H264.running);
  expect(stage.feed.audio.started).toBe(0);
  viewer.ask({ type: 'talk', feed: 'door', on: true });
  await viewer.far.until('the refusal', () => viewer.messages.some(({ type }) => type === 'talk-refused'));
  expect(stage.feed.talking).toBeUndefined();
});

test('one talks at a time; the other is told why not, and may once the first is done or gone', async () => {
  const one = await stage.watching({ audio: 'sendrecv' });
  const other = await stage.watching({ audio: 'sendrecv' });
  one.ask({ type: 'talk', feed: 'door', on: true });
  await one.far.until('the speaker', () => stage.feed.talking !== undefined);
  other.ask({ type: 'talk', feed: 'door', on: true });
  await other.far.until('the refusal', () => other.messages.some(({ type }) => type === 'talk-refused'));
  expect(other.messages.find(({ type }) => type === 'talk-refused')).toEqual({
    type: 'talk-refused',
    feed: 'door',
    code: 'session/talk-taken',
    reason: 'somebody else is talking',
  });
  expect(stage.feed.talking?.session).toBe(one.session.id);
  await one.session.close('left');
  expect(stage.feed.talking).toBeUndefined();
});

test('nobody talks on standby, or to a feed that is not there', async () => {
  const viewer = await stage.watching({ audio: 'sendrecv', standby: true });
  viewer.ask({ type: 'talk', feed: 'door', on: true });
  viewer.ask({ type: 'talk', feed: 'attic', on: true });
  await viewer.far.until(
    'two refusals',
    () => viewer.messages.filter(({ type }) => type === 'talk-refused').length === 2,
  );
  expect(stage.feed.talking).toBeUndefined();
});

test('hostile messages on the events channel are dropped, and what follows still counts', async () => {
  const viewer = await stage.watching({ standby: true });
  for (const message of [
    'null',
    '[]',
    '{',
    '{"type":"accept","more":1}',
    '{"type":"goodbye"}',
    'x'.repeat(5_000),
  ])
    viewer.ask(message);
  viewer.ask({ type: 'talk', feed: 'f'.repeat(65), on: true });
  viewer.ask({ type: 'accept' });
  await viewer.far.until('the encoder', () => stage.feed.streams.H264.running);
  await viewer.far.until('the count', () => viewer.messages.at(-1)?.type === 'watching');
  expect(stage.feed.streams.H264.running).toBe(true);
  expect(viewer.messages.slice(1)).toMatchObject([
    { type: 'feed', status: { flow: 'watching' } },
    { type: 'watching', watching: 1 },
  ]);
  expect(viewer.ended).toEqual([]);
});

test('a goodbye with its reason arrives before the connection closes', async () => {
  const viewer = await stage.watching();
  await viewer.session.close('the device restarts');
  await viewer.far.until('the goodbye', () => viewer.messages.at(-1)?.type === 'goodbye');
  expect(viewer.messages.at(-1)).toEqual({ type: 'goodbye', reason: 'the device restarts' });
  expect(viewer.ended).toEqual(['the device restarts']);
});

test('a viewer that hangs up frees its encoder and its listeners, and the others hear of it', async () => {
  const stays = await stage.watching();
  const leaves = await stage.watching({ codecs: ['VP8'] });
  await leaves.far.until('the encoder', () => stage.feed.streams.VP8.running);
  await stays.far.until('two watching', () =>
    stays.messages.some((it) => it.type === 'watching' && it.watching === 2),
  );
  await leaves.far.hangUp();
  await leaves.far.until('the end', () => leaves.ended.length > 0);
  expect(leaves.ended).toEqual(['the viewer left']);
  expect(stage.feed.streams.VP8.running).toBe(false);
  // The one who stays, and the sessions as a whole, for privacy.
  expect(stage.feed.listeners).toBe(2);
  await stays.far.until('one watching', () =>
    stays.messages.some((it) => it.type === 'watching' && it.watching === 1),
  );
  expect(stage.sessions.watching).toBe(1);
});
