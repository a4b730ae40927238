import { afterEach, beforeEach, expect, test } from 'vitest';
import { VedetteError } from '../../src/errors.ts';
import type { AlarmStatus, DeviceEvent, RingStatus } from '../../src/protocol/alarm.ts';
import type { LockStatus } from '../../src/protocol/lock.ts';
import type { SituationChange } from '../../src/protocol/situation.ts';
import { Stage } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const sensor: SituationChange = {
  type: 'sensor',
  state: { state: 'waiting', sensor: 'machine.temperature' },
};
const status: AlarmStatus = {
  rule: 'hot',
  title: 'Too hot',
  severity: 'critical',
  state: 'raised',
  since: 1,
  silenced: false,
};
const ring: RingStatus = {
  ring: 'r',
  feed: 'door',
  title: 'Bell',
  since: 1,
  state: 'ringing',
  replying: false,
  replies: [],
};
const event: DeviceEvent = {
  id: 'e',
  type: 'ring',
  time: 1,
  severity: 'info',
  title: 'Bell',
  snapshot: false,
};
const changes: readonly SituationChange[] = [
  sensor,
  { type: 'alarm', rule: 'hot', status },
  { type: 'ring', status: ring },
  { type: 'event', event },
  { type: 'privacy', privacy: { on: true, since: 1 } },
];

test('the situation stands in the state, and its changes follow in order', async () => {
  stage.situation.situation = { ...stage.situation.situation, alarms: [status], rings: [ring] };
  const viewer = await stage.watching({ standby: true });
  for (const change of changes) stage.situation.change(change);
  await viewer.far.until('the changes', () => viewer.messages.length > changes.length);
  expect(viewer.messages[0]).toMatchObject({ alarms: [status], rings: [ring] });
  expect(viewer.messages.slice(1)).toEqual(changes);
});

test('without telemetry nobody hears of sensors and alarms, and without history of no event', async () => {
  stage.situation.situation = { ...stage.situation.situation, alarms: [status], rings: [ring] };
  const viewer = await stage.watching({ standby: true, scopes: ['view'], telemetry: true });
  stage.situation.telemetry = { x: 1 };
  for (const change of changes) stage.situation.change(change);
  await viewer.far.until('the privacy', () => viewer.messages.at(-1)?.type === 'privacy');
  expect(viewer.messages[0]).toMatchObject({ sensors: [], alarms: [], rings: [ring] });
  expect(viewer.messages.slice(1).map(({ type }) => type)).toEqual(['ring', 'privacy']);
  expect(viewer.far.telemetry).toEqual([]);
});

test('whoever looks sees the locks, and whoever may open one sees that one', async () => {
  const lock = (name: string): LockStatus => ({
    ...{ lock: name, title: name, state: 'locked', since: 1, leftOpen: false },
  });
  stage.situation.situation = { ...stage.situation.situation, locks: [lock('box'), lock('gate')] };
  const seen: (readonly string[])[] = [];
  for (const scopes of [['view'], ['snapshot', 'unlock:box'], ['snapshot']] as const) {
    const viewer = await stage.watching({ standby: true, scopes });
    for (const name of ['box', 'gate']) stage.situation.change({ type: 'lock', status: lock(name) });
    viewer.ask({ type: 'acknowledge', rule: 'hot' });
    await viewer.far.until('what came after', () => viewer.messages.at(-1)?.type === 'refused');
    const locks = viewer.messages.flatMap((message) =>
      message.type === 'state' ? message.locks : message.type === 'lock' ? [message.status] : [],
    );
    seen.push(locks.map((status) => status.lock));
  }
  expect(seen).toEqual([['box', 'gate', 'box', 'gate'], ['box', 'box'], []]);
});

test('who may open a lock is told whom that would ask, beside themselves; who may only look is not', async () => {
  const confirmers = ['ada', 'ben'].map((name) => ({ person: name, name }));
  const status: LockStatus = {
    ...{ lock: 'vault', title: 'Vault', state: 'locked', since: 1, leftOpen: false },
    ...{ secondStep: 'person', confirmers },
  };
  stage.situation.situation = { ...stage.situation.situation, locks: [status] };
  const told: unknown[] = [];
  for (const scopes of [['view', 'unlock:vault'], ['view']] as const) {
    const viewer = await stage.watching({ standby: true, scopes, name: 'ada' });
    stage.situation.change({ type: 'lock', status });
    await viewer.far.until('the lock', () => viewer.messages.at(-1)?.type === 'lock');
    const [state, change] = viewer.messages;
    told.push([
      state?.type === 'state' && state.locks[0]?.confirmers,
      change?.type === 'lock' && change.status.confirmers,
    ]);
  }
  const ben = [{ person: 'ben', name: 'ben' }];
  expect(told).toEqual([
    [ben, ben],
    [undefined, undefined],
  ]);
});

test('who may open a lock and not look has no picture, takes no place, and hears of that lock alone', async () => {
  const status: LockStatus = { lock: 'box', title: 'Box', state: 'locked', since: 1, leftOpen: false };
  stage.situation.situation = {
    ...stage.situation.situation,
    rings: [ring],
    locks: [status],
    privacy: { on: true, since: 1 },
  };
  const viewer = await stage.watching({ scopes: ['unlock:box'] });
  const spectator = await stage.watching();
  await spectator.far.until('the picture', () => stage.feed.streams.H264.running);
  stage.situation.change({ type: 'ring', status: ring });
  stage.situation.change({ type: 'privacy', privacy: { on: false } });
  viewer.ask({ type: 'accept' });
  viewer.ask({ type: 'talk', feed: 'door', on: true });
  stage.situation.change({ type: 'lock', status: { ...status, state: 'unlocked' } });
  await viewer.far.until('the lock and the refusal', () => viewer.messages.length > 2);
  expect(viewer.messages[0]).toMatchObject({
    ...{ type: 'state', feeds: [], watching: 0, sensors: [], alarms: [], rings: [] },
    ...{ locks: [status], privacy: { on: false } },
  });
  expect(new Set(viewer.messages.slice(1).map(({ type }) => type))).toEqual(
    new Set(['lock', 'talk-refused']),
  );
  expect(stage.sessions.watching).toBe(1);
  expect(stage.sessions.standby).toBe(1);
  expect(viewer.far.rtp).toEqual([]);
});

test('a request reaches the device with the name of who asks, and its refusal comes back', async () => {
  const viewer = await stage.watching({ standby: true });
  viewer.ask({ type: 'acknowledge', rule: 'hot' });
  await viewer.far.until('the request', () => stage.situation.asked.length > 0);
  viewer.ask({ type: 'name', name: ' Anna ' });
  stage.situation.refusal = new VedetteError('alarm/over');
  viewer.ask({ type: 'silence', rule: 'hot' });
  await viewer.far.until('the refusal', () => viewer.messages.length > 1);
  expect(viewer.messages[1]).toEqual({
    ...{ type: 'refused', request: 'silence' },
    ...{ code: 'alarm/over', reason: 'this alarm is over' },
  });
  expect(stage.situation.asked).toEqual([
    { request: { type: 'acknowledge', rule: 'hot' }, by: { session: viewer.session.id } },
    { request: { type: 'silence', rule: 'hot' }, by: { session: viewer.session.id, name: 'Anna' } },
  ]);
});

test('who may only look changes nothing', async () => {
  const viewer = await stage.watching({ scopes: ['view', 'listen', 'telemetry'] });
  viewer.ask({ type: 'privacy', on: true });
  await viewer.far.until('the refusal', () => viewer.messages.some(({ type }) => type === 'refused'));
  expect(stage.situation.asked).toEqual([]);
  expect(stage.sessions.reachable).toEqual([]);
});

test('who answers a ring watches; who is refused does not', async () => {
  const late = await stage.watching({ standby: true });
  stage.situation.refusal = new VedetteError('ring/taken', { by: 'Anna' });
  late.ask({ type: 'answer', ring: 'r' });
  await late.far.until('the refusal', () => late.messages.some(({ type }) => type === 'refused'));
  expect(stage.sessions.watching).toBe(0);
  stage.situation.refusal = undefined;
  const first = await stage.watching({ standby: true });
  first.ask({ type: 'answer', ring: 'r' });
  await first.far.until('the picture', () => stage.feed.streams.H264.running);
  expect(stage.sessions.reachable).toEqual([late.session.id, first.session.id]);
});

test('a session that ends is told to the device once, and hears nothing any more', async () => {
  const viewer = await stage.watching();
  await viewer.far.hangUp();
  await viewer.far.until('the end', () => viewer.ended.length > 0);
  expect(stage.situation.gone).toEqual([viewer.session.id]);
  expect(stage.situation.listeners).toBe(0);
});

test('values that change fast reach the telemetry channel', async () => {
  stage.situation.telemetry = { 'machine.temperature': 80, door: 0 };
  const viewer = await stage.watching({ standby: true, telemetry: true });
  await viewer.far.until('all values', () => viewer.far.telemetry.length > 0);
  stage.situation.telemetry = { 'machine.temperature': 81, door: 0 };
  await viewer.far.until('the change', () => viewer.far.telemetry.length > 1);
  expect(viewer.far.telemetry.slice(0, 2)).toMatchObject([
    { seq: 0, values: { 'machine.temperature': 80, door: 0 } },
    { seq: 1, values: { 'machine.temperature': 81 } },
  ]);
});
