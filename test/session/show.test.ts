import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeviceMessage } from '../../src/protocol/events.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { far as payloadTypes } from '../transport/far-end.ts';
import { Stage, type Viewer } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const { h264, opus } = payloadTypes;
const flows = (viewer: Viewer) =>
  viewer.messages.flatMap((it) => (it.type === 'feed' ? [it.status.flow] : []));
const refusals = (viewer: Viewer) =>
  viewer.messages.filter((it): it is Extract<DeviceMessage, { type: 'refused' }> => it.type === 'refused');

test('a feed that is shown flows to who stands by, without its sound and without a word of signaling', async () => {
  const viewer = await stage.watching({ standby: true, audio: 'recvonly' });
  const release = stage.sessions.show('door', { sound: false });
  expect(stage.feed.streams.H264.running).toBe(true);
  stage.feed.streams.H264.give(true, 7);
  await viewer.far.until('the frame', () => viewer.marks(h264).length > 0);
  expect([stage.feed.audio.started, stage.sessions.watching, stage.sessions.standby]).toEqual([0, 1, 0]);
  release();
  release();
  expect(stage.feed.streams.H264.running).toBe(false);
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([0, 1]);
  await viewer.far.until('the news', () => flows(viewer).at(-1) === 'standby');
  expect(flows(viewer)[0]).toBe('called');
  expect(viewer.ended).toEqual([]);
});

test('its sound flows where that is shown, too', async () => {
  const viewer = await stage.watching({ standby: true, audio: 'recvonly' });
  stage.sessions.show('door', { sound: false });
  const withSound = stage.sessions.show('door', { sound: true });
  stage.feed.audio.give(true, 9);
  await viewer.far.until('sound', () => viewer.marks(opus).length > 0);
  withSound();
  expect([stage.feed.audio.running, stage.feed.streams.H264.running]).toEqual([false, true]);
});

test('only what is shown flows, also to who comes later', async () => {
  await stage.close();
  stage = await Stage.open(undefined, { feeds: 2 });
  stage.sessions.show('yard', { sound: true });
  await stage.watching({ standby: true });
  expect([stage.feed.streams.H264.started, stage.other.streams.H264.started]).toEqual([0, 0]);
  stage.sessions.show('door', { sound: true });
  expect(stage.feed.streams.H264.running).toBe(true);
  const late = await stage.watching({ standby: true });
  await late.far.until('the call', () => late.messages.length > 0);
  stage.feed.streams.H264.give(true, 3);
  await late.far.until('the frame', () => late.marks(h264).length > 0);
  expect(() => stage.sessions.show('attic', { sound: true })).toThrow(
    expect.objectContaining({ code: 'feed/unknown' }),
  );
});

test('who accepts what is shown goes on watching when it is over', async () => {
  const viewer = await stage.watching({ standby: true });
  const release = stage.sessions.show('door', { sound: false });
  viewer.ask({ type: 'accept' });
  await viewer.far.until('the news', () => flows(viewer).at(-1) === 'watching');
  release();
  expect([stage.feed.streams.H264.started, stage.feed.streams.H264.running]).toEqual([1, true]);
});

test('who goes back to standby gets nothing, keeps the connection, and is called again by what comes next', async () => {
  const viewer = await stage.watching();
  const stream = stage.feed.streams.H264;
  const first = stage.sessions.show('door', { sound: true });
  viewer.ask({ type: 'standby' });
  await viewer.far.until('the camera to close', () => !stream.running);
  await viewer.far.until('the news', () => flows(viewer).at(-1) === 'standby');
  const second = stage.sessions.show('door', { sound: true });
  expect(stream.running).toBe(true);
  stream.give(true, 4);
  await viewer.far.until('the frame', () => viewer.marks(h264).includes(4));
  second();
  first();
  viewer.ask({ type: 'accept' });
  await viewer.far.until('the camera', () => stream.running);
  expect(viewer.ended).toEqual([]);
});

test('going back to standby gives the speaker back, and being called opens no microphone', async () => {
  const viewer = await stage.watching({ audio: 'sendrecv' });
  viewer.ask({ type: 'talk', feed: 'door', on: true });
  await viewer.far.until('the speaker', () => stage.feed.talking !== undefined);
  viewer.ask({ type: 'standby' });
  await viewer.far.until('silence', () => stage.feed.talking === undefined);
  stage.sessions.show('door', { sound: true });
  viewer.ask({ type: 'talk', feed: 'door', on: true });
  await viewer.far.until('the refusal', () => viewer.messages.some(({ type }) => type === 'talk-refused'));
  expect(stage.feed.talking).toBeUndefined();
});

test('whom there is no place for stays on standby, is told so once, and is called when one is free', async () => {
  await stage.close();
  stage = await Stage.open({ viewers: 1, standby: 5 });
  const one = await stage.watching({ standby: true });
  const other = await stage.watching({ standby: true });
  const release = stage.sessions.show('door', { sound: false });
  const again = stage.sessions.show('door', { sound: true });
  await other.far.until('the refusal', () => refusals(other).length > 0);
  expect(refusals(other)).toEqual([
    {
      ...{ type: 'refused', request: 'call' },
      ...{ code: 'session/crowded', reason: 'as many watch as may (1)', detail: { watching: 1 } },
    },
  ]);
  expect([stage.sessions.watching, stage.sessions.standby, refusals(one)]).toEqual([1, 1, []]);
  const late = await stage.watching({ standby: true });
  await late.far.until('the refusal', () => refusals(late).length === 1);
  await one.session.close('left');
  await other.far.until('the call', () => flows(other).at(-1) === 'called');
  expect(stage.sessions.watching).toBe(1);
  release();
  again();
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([0, 2]);
});

test('a viewer on standby who accepts in vain is told why', async () => {
  await stage.close();
  stage = await Stage.open({ viewers: 1, standby: 5 });
  await stage.watching();
  const waits = await stage.watching({ standby: true });
  waits.ask({ type: 'accept' });
  waits.ask({ type: 'answer', ring: 'r' });
  await waits.far.until('the refusals', () => refusals(waits).length === 2);
  expect(refusals(waits).map(({ request }) => request)).toEqual(['accept', 'answer']);
  expect(stage.situation.asked).toEqual([]);
});

test('sessions that watched and went back do not let in more than fit in all', async () => {
  await stage.close();
  stage = await Stage.open({ viewers: 1, standby: 1 });
  const viewers: Viewer[] = [];
  for (const _ of [1, 2]) {
    const viewer = await stage.watching();
    viewer.ask({ type: 'standby' });
    await viewer.far.until('standby', () => flows(viewer).at(-1) === 'standby');
    viewers.push(viewer);
  }
  const nobody = { candidate: () => {}, ended: () => {} };
  expect(() => stage.sessions.open({ id: 'x', scopes: ownerScopes, standby: false }, nobody)).toThrow(
    expect.objectContaining({ code: 'session/limit' }),
  );
  expect(viewers).toHaveLength(2);
});

test('what was seen before privacy began is not sent to who comes after', async () => {
  const first = await stage.watching();
  stage.feed.streams.H264.give(true, 1);
  await first.far.until('the frame', () => first.marks(h264).length > 0);
  stage.feed.become({ camera: { state: 'private', since: 1 } });
  const second = await stage.watching();
  stage.feed.become({ camera: { state: 'live', since: 2 } });
  stage.feed.streams.H264.give(true, 2);
  await second.far.until('the frame', () => second.marks(h264).length > 0);
  expect(second.marks(h264)).toEqual([2]);
});

test('where pre-roll keeps a feed ready, who is called begins within the call, with no keyframe asked for', async () => {
  const viewer = await stage.watching({ standby: true });
  const stream = stage.feed.streams.H264;
  const release = stage.sessions.keepReady(stream);
  for (const mark of [1, 2, 3]) stream.give(mark === 1, mark);
  stage.sessions.show('door', { sound: false });
  expect(stream.keyframesAsked).toBe(0);
  await viewer.far.until('the frames', () => viewer.marks(h264).length === 3);
  stage.feed.become({ camera: { state: 'private', since: 1 } });
  release();
  expect(viewer.marks(h264)).toEqual([1, 2, 3]);
});
