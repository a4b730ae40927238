import { afterEach, expect, test } from 'vitest';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { Stage } from './viewers.ts';

let stage: Stage;
afterEach(() => stage.close());

const nobody = { candidate: () => {}, ended: () => {} };

test('one viewer too many is refused with the limit and when to come again, until one leaves', async () => {
  stage = await Stage.open({ viewers: 2, standby: 1 });
  const open = (id: string, standby = false) =>
    stage.sessions.open({ id, scopes: ownerScopes, standby }, nobody);
  open('a');
  const second = open('b');
  expect(() => open('c')).toThrow(
    expect.objectContaining({ code: 'session/limit', data: { limit: 2, retryAfterSeconds: 10 } }),
  );
  open('d', true);
  expect(() => open('e', true)).toThrow(expect.objectContaining({ code: 'session/limit' }));
  const closing = second.close('left');
  open('f');
  await closing;
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([2, 1]);
});

test('a session that is closing counts neither as watching nor as standing by', async () => {
  stage = await Stage.open({ viewers: 1, standby: 1 });
  const one = stage.sessions.open({ id: 'a', scopes: ownerScopes, standby: false }, nobody);
  const closing = one.close('left');
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([0, 0]);
  stage.sessions.open({ id: 'b', scopes: ownerScopes, standby: true }, nobody);
  await closing;
});

test('accepting on standby is refused where as many watch as may, and works once one has left', async () => {
  stage = await Stage.open({ viewers: 1, standby: 1 });
  const watches = stage.sessions.open({ id: 'a', scopes: ownerScopes, standby: false }, nobody);
  const waits = stage.sessions.open({ id: 'b', scopes: ownerScopes, standby: true }, nobody);
  expect(() => waits.accept()).toThrow(expect.objectContaining({ code: 'session/limit' }));
  expect(stage.sessions.watching).toBe(1);
  await watches.close('left');
  waits.accept();
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([1, 0]);
});

test('ending the device says goodbye to everybody, and each session ends once', async () => {
  stage = await Stage.open();
  const viewers = [await stage.watching(), await stage.watching({ standby: true })];
  await Promise.all([stage.sessions.close('the device stops'), stage.sessions.close('again')]);
  for (const viewer of viewers) {
    await viewer.far.until('the goodbye', () => viewer.messages.at(-1)?.type === 'goodbye');
    expect(viewer.messages.at(-1)).toEqual({ type: 'goodbye', reason: 'the device stops' });
    expect(viewer.ended).toEqual(['the device stops']);
  }
  expect(stage.feed.listeners).toBe(0);
  expect(stage.feed.streams.H264.running).toBe(false);
});

test("a viewer whose path dies, or who reads nothing, does not disturb another's picture or news", async () => {
  stage = await Stage.open();
  const well = await stage.watching();
  // Not even the state fits.
  const stuck = stage.viewer({
    mungeOffer: (sdp) => sdp.replace(/a=max-message-size:\d+/, 'a=max-message-size:1'),
  });
  await stuck.negotiate();
  await stuck.far.until('the channel', () => stuck.far.channel?.readyState === 'open');
  const dead = await stage.watching();
  await dead.far.dtls.iceTransport.connection.close();
  const stream = stage.feed.streams.H264;
  for (let n = 0; n < 30; n += 1) stream.give(n === 0, n);
  stage.feed.become({ camera: { state: 'live', since: 5 } });
  await well.far.until('thirty frames', () => well.far.rtp.length >= 30);
  await well.far.until('the news', () =>
    well.messages.some((it) => it.type === 'feed' && it.status.camera.state === 'live'),
  );
  expect([well.ended, stuck.ended, stuck.messages]).toEqual([[], [], []]);
});

test('no log line of a whole session names an address or a credential', async () => {
  stage = await Stage.open();
  const viewer = await stage.watching();
  await viewer.session.close('done');
  expect(stage.logs.length).toBeGreaterThan(2);
  for (const line of stage.logs) expect(line).not.toMatch(/\d+\.\d+\.\d+\.\d+|ufrag|pwd|candidate:/);
});

test('a key watches while a picture flows to a session of it and is acknowledged, and no other does', async () => {
  stage = await Stage.open();
  const waits = await stage.watching({ key: 'waiting', standby: true });
  const viewer = await stage.watching({ key: 'phone' });
  expect(stage.sessions.watches('phone')).toBe(false);
  const stream = stage.feed.streams.H264;
  await viewer.far.until('the encoder', () => stream.running);
  const frames = setInterval(() => stream.give(true, 1), 50);
  try {
    await viewer.far.until('its reports', () => stage.sessions.watches('phone'));
    expect(['waiting', 'another'].map((key) => stage.sessions.watches(key))).toEqual([false, false]);
  } finally {
    clearInterval(frames);
  }
  await viewer.far.until('nothing to acknowledge', () => !stage.sessions.watches('phone'));
  expect(waits.ended).toEqual([]);
});
