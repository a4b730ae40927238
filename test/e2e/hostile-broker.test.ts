import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { anyMid } from '../../src/protocol/signaling.ts';
import { hasMosquitto } from '../buses/mosquitto.ts';
import { flipped } from '../identity/parties.ts';
import { CountedLock } from '../requests/counted-lock.ts';
import type { FarViewer } from '../signaling/far-viewer.ts';
import { FarEnd } from '../transport/far-end.ts';
import { type Device, startDevice } from './device.ts';
import { FarPerson, signalingBy } from './far-person.ts';
import { type Carried, HostileBroker, type Whim } from './hostile-broker.ts';
import { until } from './until.ts';

describe.skipIf(!hasMosquitto)('a broker that is against both sides', () => {
  const lock = new CountedLock();
  let broker: HostileBroker;
  let device: Device;
  let anna: FarPerson;
  const viewers: FarViewer[] = [];
  const fars: FarEnd[] = [];

  beforeAll(async () => {
    await lock.start();
    broker = await HostileBroker.start();
    device = await startDevice(() => ({
      device: 'mill',
      access: { loopback: false },
      cameras: { 'front-door': { kind: 'test', width: 320, height: 180 } },
      locks: { box: lock.profile },
      signaling: signalingBy(broker.deviceUrl),
    }));
    anna = await FarPerson.join(device, broker.viewersUrl, ['view', 'unlock:box']);
  });
  afterEach(async () => {
    broker.beHonest();
    for (const viewer of viewers.splice(0)) viewer.close();
    for (const far of fars.splice(0)) await far.connection.close();
  });
  afterAll(async () => {
    await device?.stop();
    await broker?.stop();
    lock.stop();
  });

  /** New conversations that the device takes just now, as it counts them: what is more is passed over. */
  const budget = { left: 14, at: performance.now() };
  function mayBegin(): boolean {
    const now = performance.now();
    budget.left = Math.min(14, budget.left + (now - budget.at) / 1_000);
    budget.at = now;
    return budget.left >= 1;
  }

  async function far(): Promise<FarViewer> {
    await until(async () => mayBegin());
    budget.left -= 1;
    const viewer = anna.converse();
    viewers.push(viewer);
    return viewer;
  }

  /** A peer connection that offers over the line; what the device answers, as far as that was believed. */
  async function offerTo(viewer: FarViewer, munge: (sdp: string) => string = (sdp) => sdp) {
    const end = new FarEnd({ codecs: ['H264'] });
    fars.push(end);
    if (!(await viewer.first('hello'))) return { end, answer: undefined };
    const sdp = munge(await end.offer(() => {}));
    viewer.say({ type: 'offer', sdp, media: [{ mid: anyMid, feed: 'front-door' }], standby: false });
    return { end, answer: (await viewer.first('answer'))?.sdp };
  }

  async function watching(viewer: FarViewer): Promise<FarEnd> {
    const { end, answer } = await offerTo(viewer);
    await end.accept(answer ?? '');
    await end.until('media', () => end.rtp.length > 10, 60_000);
    return end;
  }

  const unlock = (viewer: FarViewer) => anna.unlock(viewer, 'box');
  const times = (words: string) => device.printed().split(words).length - 1;
  const sessionsOpened = () => times('session opened');
  const conversationsEnded = () => times('a sealed conversation ended');

  test('it carries a picture and an unlock without media, and has read nothing of either', async () => {
    const asking = await far();
    await asking.ready;
    const before = lock.pulses;
    expect(await asking.ask(await unlock(asking))).toMatchObject({ state: 'done' });
    expect(lock.pulses).toBe(before + 1);
    await watching(await far());
    const boxes = broker.seen.map(({ envelope }) => (JSON.parse(envelope) as { box: string }).box);
    expect(boxes.length).toBeGreaterThan(8);
    const seen = [
      ...broker.seen.map(({ topic, envelope }) => topic + envelope),
      ...boxes.map((box) => Buffer.from(box, 'base64url').toString('latin1')),
    ].join('\n');
    for (const readable of ['v=0', 'ice-ufrag', 'fingerprint', 'Anna', 'unlock', 'box:', 'mill', anna.secret])
      expect(seen).not.toContain(readable);
    expect(seen).not.toContain(anna.ends.own.publicKey);
  });

  /** Each part of an envelope, altered. */
  const alterations: readonly (readonly [
    string,
    (envelope: Readonly<Record<string, unknown>>) => unknown,
  ])[] = [
    ['version', (envelope) => ({ ...envelope, v: 2 })],
    ['type', ({ type, ...rest }) => ({ ...rest, type: type === 'record' ? 'welcome' : 'record' })],
    ['session', (envelope) => ({ ...envelope, session: randomBytes(16).toString('base64url') })],
    ['content', ({ box, ...rest }) => ({ ...rest, box: flippedBox(String(box), 0.5) })],
    ['tag', ({ box, ...rest }) => ({ ...rest, box: flippedBox(String(box), 0.99) })],
    ['end, which is cut off', ({ box, ...rest }) => ({ ...rest, box: String(box).slice(0, -8) })],
    ['number', ({ seq = 0, ...rest }) => ({ ...rest, seq: Number(seq) + 1 })],
  ];
  const alteredBy = (
    change: (envelope: Readonly<Record<string, unknown>>) => unknown,
    which: number,
  ): Whim => {
    const counts = new Map<string, number>();
    return (carried) => {
      const at = counts.get(carried.topic) ?? 0;
      counts.set(carried.topic, at + 1);
      if (at !== which) return [carried];
      return [
        { ...carried, envelope: JSON.stringify(change(JSON.parse(carried.envelope) as object as never)) },
      ];
    };
  };

  test.each(alterations)('no session comes of a hello or an offer with another %s', async (_what, change) => {
    for (const which of [0, 1]) {
      const [sessions, ended] = [sessionsOpened(), conversationsEnded()];
      broker.toDevice = alteredBy(change, which);
      const viewer = await far();
      const offering = offerTo(viewer);
      await until(async () => conversationsEnded() > ended);
      viewer.close();
      expect(sessionsOpened()).toBe(sessions);
      expect(viewer.heard.filter(({ type }) => type === 'answer')).toEqual([]);
      await offering;
    }
  });

  test.each(alterations)('a welcome or an answer with another %s is not believed', async (_what, change) => {
    for (const which of [0, 2]) {
      broker.toViewer = alteredBy(change, which);
      const viewer = await far();
      const { answer } = await offerTo(viewer);
      expect(answer).toBeUndefined();
      await viewer.lost;
    }
  });

  test('what is said out of its turn opens nothing', async () => {
    const [sessions, ended] = [sessionsOpened(), conversationsEnded()];
    const held: Carried[] = [];
    let at = 0;
    broker.toDevice = (carried) => {
      at += 1;
      if (at !== 2) return [carried, ...held.splice(0)];
      held.push(carried);
      return [];
    };
    const viewer = await far();
    const offering = offerTo(viewer);
    await viewer.first('hello');
    await until(async () => held.length > 0);
    viewer.say({ type: 'candidate', candidate: '', sdpMid: null, sdpMLineIndex: null });
    await until(async () => conversationsEnded() > ended);
    expect(sessionsOpened()).toBe(sessions);
    viewer.close();
    await offering;
  });

  test('all that was ever said, said again, kept, and in other places, moves nothing and opens nothing', async () => {
    const asking = await far();
    await asking.ready;
    const from = broker.seen.length;
    expect(await asking.ask(await unlock(asking))).toMatchObject({ state: 'done' });
    const [pulses, sessions] = [lock.pulses, sessionsOpened()];
    budget.left -= 14; // each of those words begins one
    const unlocking = broker.seen.slice(from).filter(({ topic }) => topic.includes('/in/'));
    const earlier = broker.seen.slice(0, from).filter(({ topic }) => topic.includes('/in/'));
    expect(unlocking.length).toBeGreaterThan(1);
    // In its own conversation, five times: passed over.
    for (let time = 0; time < 5; time += 1) for (const carried of unlocking) await broker.tellDevice(carried);
    // It still goes on, and nothing moved.
    expect(await asking.ask({ id: randomUUID(), type: 'challenge' })).toMatchObject({ state: 'done' });
    // In conversations that are over, and as kept messages.
    for (const carried of earlier.slice(0, 12)) await broker.tellDevice(carried);
    for (const carried of unlocking) await broker.tellDevice(carried, true);
    // In a new one.
    const topic = `${anna.topic}/${anna.device}/in/${randomBytes(16).toString('base64url')}`;
    for (const { envelope } of [...earlier.slice(-2), ...unlocking])
      await broker.tellDevice({ topic, envelope });
    // The broker keeps the order of what one client says: with this answer, all before is through.
    expect(await asking.ask({ id: randomUUID(), type: 'challenge' })).toMatchObject({ state: 'done' });
    expect(lock.pulses).toBe(pulses);
    expect(sessionsOpened()).toBe(sessions);
  });

  test('an unlock that is held back until its challenge is over moves nothing', async () => {
    const asking = await far();
    await asking.ready;
    const request = await unlock(asking);
    const pulses = lock.pulses;
    let late: () => void = () => {};
    broker.toDevice = (carried) =>
      new Promise((resolve) => {
        late = () => resolve([carried]);
      });
    const receipt = asking.ask(request);
    const since = performance.now();
    await until(async () => performance.now() - since > 10_500);
    late();
    expect(await receipt).toMatchObject({ state: 'refused', code: 'request/late' });
    expect(lock.pulses).toBe(pulses);
  });

  test('whoever is watched and asks honestly goes on while it drops, floods and bends', async () => {
    const viewer = await far();
    const end = await watching(viewer);
    // All of it is for others now.
    broker.toDevice = (carried) => (carried.topic.endsWith(viewer.session) ? [carried] : []);
    for (let at = 0; at < 200; at += 1)
      await broker.tellDevice({
        topic: `${anna.topic}/${anna.device}/in/${randomBytes(16).toString('base64url')}`,
        envelope: flipped(broker.seen[at % broker.seen.length]?.envelope ?? '', at * 31, at % 8),
      });
    const from = end.rtp.length;
    await end.until('more media', () => end.rtp.length > from + 30, 60_000);
    expect(await viewer.ask(await unlock(viewer))).toMatchObject({ state: 'done' });
    budget.left = 0; // the last of the flood took what there was, and with this answer it is through
    budget.at = performance.now();
  });

  /** One bit of the fingerprint the other way. */
  const wrongFingerprint = (sdp: string) =>
    sdp.replaceAll(/(a=fingerprint:sha-256 )([0-9A-F])/gi, (_all, begin: string, digit: string) => {
      return begin + (Number.parseInt(digit, 16) ^ 1).toString(16).toUpperCase();
    });

  test('a wrong fingerprint never connects: one bit of it, in a conversation that is signed as it should be', async () => {
    const viewer = await far();
    const { end, answer } = await offerTo(viewer, wrongFingerprint);
    expect(answer).toBeDefined();
    const ended = times('session ended');
    end.accept(answer ?? '').catch(() => undefined); // it never comes to its end
    await until(async () => times('session ended') > ended, 60_000);
    expect(end.connection.connectionState).not.toBe('connected');
    expect(end.rtp).toEqual([]);
  });

  test('a wrong fingerprint never connects: one bit of it, which the carrier flips where it knows it to be', async () => {
    const [sessions, ended] = [sessionsOpened(), conversationsEnded()];
    const viewer = await far();
    let flips = 0;
    broker.toDevice = (carried) => {
      const envelope = JSON.parse(carried.envelope) as { type: string; box: string };
      // AES in counter mode: a bit of what is carried is the same bit of what is said.
      const at = JSON.stringify({ text: viewer.lastSaid }).indexOf('a=fingerprint:sha-256 ');
      if (envelope.type !== 'record' || at < 0) return [carried];
      const bytes = Buffer.from(envelope.box, 'base64url');
      const digit = at + 'a=fingerprint:sha-256 '.length;
      bytes.writeUInt8(bytes.readUInt8(digit) ^ 1, digit);
      flips += 1;
      return [{ ...carried, envelope: JSON.stringify({ ...envelope, box: bytes.toString('base64url') }) }];
    };
    const offering = offerTo(viewer);
    await until(async () => conversationsEnded() > ended);
    expect(flips).toBe(1);
    expect(sessionsOpened()).toBe(sessions);
    viewer.close();
    await offering;
  });
});

/** One character of it another. */
function flippedBox(box: string, share: number): string {
  const at = Math.floor(box.length * share) - 1;
  return `${box.slice(0, at)}${box[at] === 'A' ? 'B' : 'A'}${box.slice(at + 1)}`;
}
