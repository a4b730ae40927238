import { connect } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MqttBus } from '../../src/buses/mqtt.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import { systemClock } from '../../src/clock.ts';
import { keyIdOf } from '../../src/identity/keys.ts';
import { readMoved, writeMoved } from '../../src/identity/moved.ts';
import { type DeviceKeys, greet, type SealHolder, type Speaker } from '../../src/identity/sealed-channel.ts';
import { nextLink, type SuccessionLink } from '../../src/identity/succession.ts';
import { type SignalingBody, SignalingMessage, signalingVersion } from '../../src/protocol/signaling.ts';
import { LinkServer } from '../../src/signaling/link-server.ts';
import {
  MqttSignaling,
  type MqttSignalingOptions,
  signalPresence,
  signalTopics,
} from '../../src/signaling/mqtt.ts';
import { meet } from '../../src/viewer/away/broker.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { sealHolder, speaker } from '../identity/parties.ts';
import { quiet, until } from '../media/ready.ts';
import { FakeSessions, offer } from './fake-sessions.ts';
import { FarViewer } from './far-viewer.ts';

const topics = signalTopics('vedette', 'device-id');

// Without a broker on this machine there is nothing to carry it.
describe.skipIf(!hasMosquitto)('signaling over a broker', () => {
  let broker: Mosquitto;
  let device: Speaker;
  let seal: SealHolder;
  let person: Speaker;
  const undo: (() => unknown)[] = [];
  let kept = 0;
  beforeAll(async () => {
    broker = await startMosquitto();
    [device, seal, person] = await Promise.all([speaker(), sealHolder(), speaker()]);
  });
  afterAll(() => broker?.stop());
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  async function startDevice(moved?: MqttSignalingOptions['moved']): Promise<FakeSessions> {
    const sessions = new FakeSessions();
    const bus = new MqttBus({
      settings: MqttSettings.parse({ url: broker.url }),
      device: 'mill',
      will: { topic: topics.presence, payload: signalPresence.gone, retain: true },
      clock: systemClock,
      log: quiet,
    });
    const links = new LinkServer({
      device: 'mill',
      sessions,
      iceServers: () => [],
      clock: systemClock,
      log: quiet,
    });
    const signaling = new MqttSignaling({
      ...{ bus, topics, clock: systemClock, log: quiet },
      ...(moved && { moved }),
      kept() {
        kept += 1;
      },
      host: {
        speaker: device,
        seal,
        serve: async (key, send) =>
          key === person.publicKey ? links.serve(send, { review: () => ['view'] }) : undefined,
        join: async (_key, text) => `answer to ${text}`,
      },
    });
    signaling.start();
    undo.push(async () => {
      signaling.stop();
      await bus.stop();
    });
    await new Promise<void>((resolve) => bus.onConnected(resolve));
    return sessions;
  }

  /** Everything that anybody can read at the broker, and a way to write there. */
  async function client() {
    const mqtt = connect(broker.url, { protocolVersion: 5 });
    const heard: { topic: string; text: string; retained: boolean }[] = [];
    mqtt.on('message', (topic, payload, { retain }) => {
      heard.push({ topic, text: payload.toString(), retained: retain });
    });
    undo.push(() => mqtt.endAsync(true));
    await mqtt.subscribeAsync('vedette/#', { qos: 1 });
    return { mqtt, heard };
  }

  /** A viewer at the broker. @param carry what becomes of an envelope on its way to the device */
  async function viewer(
    own = person,
    carry: (envelope: string) => readonly string[] = (envelope) => [envelope],
  ) {
    const { mqtt, heard } = await client();
    const greeting = await greet({ publicKey: device.publicKey, sealKey: seal.publicKey }, own);
    const { session } = greeting;
    const answers = () =>
      heard.filter(({ topic }) => topic === topics.toViewer(session)).map(({ text }) => text);
    const write = async (envelope: string) => {
      for (const carried of carry(envelope))
        await mqtt.publishAsync(topics.toDevice(session), carried, { qos: 1 });
    };
    await write(greeting.hello);
    await until('a welcome', () => answers().length > 0);
    const channel = await greeting.welcomed(answers()[0] as string);
    let opened = 1;
    let seq = 0;
    const nextText = async () => {
      await until('an answer', () => answers().length > opened);
      opened += 1;
      return channel.open(answers()[opened - 1] as string);
    };
    return {
      heard,
      answers,
      nextText,
      next: async () => SignalingMessage.parse(JSON.parse((await nextText()) ?? '')),
      async say(body: SignalingBody) {
        seq += 1;
        const message = {
          v: signalingVersion,
          id: `m${seq}`,
          from: 'viewer',
          to: 'mill',
          session: 's',
          seq,
          body,
        };
        await write(await channel.seal(JSON.stringify(message)));
      },
    };
  }

  test('carries an offer and its answer, and shows the broker neither, nor who it is', async () => {
    const sessions = await startDevice();
    const far = await viewer();
    expect((await far.next()).body).toMatchObject({ type: 'hello', device: 'mill' });
    await far.say({ type: 'offer', sdp: offer, media: [], standby: false });
    const { body } = await far.next();
    expect(body).toMatchObject({ type: 'answer' });
    expect(sessions.opened).toHaveLength(1);
    const seen = far.heard.map(({ topic, text }) => topic + text).join('\n');
    for (const secret of [person.publicKey, 'ice-ufrag', 'mill']) expect(seen).not.toContain(secret);
  });

  test('a broker that says everything twice changes nothing', async () => {
    const sessions = await startDevice();
    const far = await viewer(person, (envelope) => [envelope, envelope]);
    await far.next();
    await far.say({ type: 'offer', sdp: offer, media: [], standby: false });
    expect((await far.next()).body).toMatchObject({ type: 'answer' });
    expect(sessions.opened).toHaveLength(1);
  });

  test('a key that nobody knows is answered once, and opens no session', async () => {
    const sessions = await startDevice();
    const stranger = await speaker();
    const far = await viewer(stranger);
    await far.say({ type: 'offer', sdp: offer, media: [], standby: false });
    expect(await far.nextText()).toMatch(/^answer to \{/);
    await far.say({ type: 'offer', sdp: offer, media: [], standby: false });
    const known = await viewer();
    expect((await known.next()).body).toMatchObject({ type: 'hello' });
    expect(far.answers()).toHaveLength(2);
    expect(sessions.opened).toEqual([]);
  });

  test('what the broker had kept is refused: it was said to nobody who was there', async () => {
    const { mqtt } = await client();
    const greeting = await greet({ publicKey: device.publicKey, sealKey: seal.publicKey }, person);
    const topic = topics.toDevice(greeting.session);
    await mqtt.publishAsync(topic, greeting.hello, { qos: 1, retain: true });
    undo.push(() => mqtt.publishAsync(topic, '', { qos: 1, retain: true }));
    await startDevice();
    const far = await viewer();
    await far.next();
    expect(far.heard.filter((message) => message.topic === topics.toViewer(greeting.session))).toEqual([]);
    expect(kept).toBe(1);
  });

  test('keeps nothing at the broker but its presence, which says offline once it is gone', async () => {
    await startDevice();
    const far = await viewer();
    await far.next();
    const later = await client();
    await until('what was kept', () => later.heard.length > 0);
    expect(later.heard).toEqual([{ topic: topics.presence, text: signalPresence.here, retained: true }]);
    await undo[0]?.();
    await until('the last will', () => later.heard.some(({ text }) => text === signalPresence.gone));
  });

  test('leaves where it went at the presence of each earlier key, and anew at a broker that forgot', async () => {
    const before = await Promise.all([speaker(), speaker()]);
    const succession: SuccessionLink[] = [];
    for (const [at, from] of before.entries()) {
      const to = before[at + 1] ?? device;
      succession.push(await nextLink(succession, { from, to, time: at, heads: 0 }));
    }
    const { publicKey } = device;
    const sealKey = seal.publicKey;
    const text = await writeMoved({ publicKey, sealKey, succession, sign: device.sign });
    const ids = await Promise.all(before.map((each) => keyIdOf(each.publicKey)));
    const presences = ids.map((id) => signalTopics('vedette', id).presence);
    await startDevice({ presences, text });
    const leads = async () => {
      const later = await client();
      for (const [at, presence] of presences.entries()) {
        const word = () => later.heard.find(({ topic }) => topic === presence);
        await until('where it went', () => word() !== undefined);
        const known = before[at]?.publicKey ?? '';
        expect(await readMoved(word()?.text ?? '', known)).toMatchObject({ publicKey, sealKey });
      }
      return later.heard;
    };
    await leads();
    expect((await leads()).every(({ retained }) => retained)).toBe(true);
    await broker.kill();
    await broker.start();
    await leads();
  });

  test('who knows an earlier key is told where the device went, and meets it there', async () => {
    const before = await speaker();
    const link = await nextLink([], { from: before, to: device, time: 1, heads: 0 });
    const id = await keyIdOf(before.publicKey);
    const { publicKey } = device;
    const sealKey = seal.publicKey;
    const text = await writeMoved({ publicKey, sealKey, succession: [link], sign: device.sign });
    await startDevice({ presences: [signalTopics('vedette', id).presence], text });
    const away = {
      ...{ title: 'Mill', device: before.publicKey, seal: (await sealHolder()).publicKey },
      ...{ broker: broker.url, topic: 'vedette' },
    };
    const told = Promise.withResolvers<string>();
    const talk = (keys: DeviceKeys, at: string) => {
      const viewer = new FarViewer({ device: keys, own: person }, (session, events) =>
        meet(away, at, session, { ...events, presence: told.resolve }),
      );
      undo.push(() => viewer.close());
      return viewer;
    };
    talk({ publicKey: away.device, sealKey: away.seal }, id);
    const moved = await readMoved(await told.promise, away.device);
    if (!moved) throw new Error('nothing leads there');
    expect(await talk(moved, 'device-id').first('hello')).toMatchObject({ device: 'mill' });
  });
});
