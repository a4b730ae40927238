import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MqttBus, type MqttWill } from '../../src/buses/mqtt.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import type { MqttMessage } from '../../src/buses/mqtt-subscriptions.ts';
import { systemClock } from '../../src/clock.ts';
import { quiet, until } from '../media/ready.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from './mosquitto.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function busTo(url: string, more: object = {}, will?: MqttWill): MqttBus {
  const settings = MqttSettings.parse({ url, ...more });
  const bus = new MqttBus({
    settings,
    device: 'test',
    ...(will && { will }),
    clock: systemClock,
    log: quiet,
  });
  undo.push(() => bus.stop());
  return bus;
}

/** Another client of the broker, by the library alone. */
async function stranger(url: string, filter = '#') {
  const heard: { topic: string; text: string; expiry: number | undefined }[] = [];
  const client = connect(url, { protocolVersion: 5, reconnectPeriod: 20 });
  client.on('error', () => {});
  client.on('message', (topic, payload, packet) => {
    heard.push({ topic, text: String(payload), expiry: packet.properties?.messageExpiryInterval });
  });
  undo.push(() => client.endAsync(true));
  await client.subscribeAsync(filter, { qos: 1 });
  return { client, heard, texts: () => heard.map(({ text }) => text) };
}

describe.skipIf(!hasMosquitto)('with a real broker', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker.stop());

  test('what is published is there when the promise resolves, and a subscriber hears it', async () => {
    const bus = busTo(broker.url, { clientId: 'one' });
    const heard: MqttMessage[] = [];
    bus.subscribe('house/+/bell', (message) => heard.push(message));
    const other = await stranger(broker.url, 'house/#');
    await until('connected', () => bus.connected);
    await bus.publish('house/front/bell', 'ding');
    await other.client.publishAsync('house/back/bell', 'dong', { qos: 1 });
    await until('both', () => heard.length === 2 && other.heard.length === 2);
    expect(heard.map(({ topic, payload }) => [topic, String(payload)])).toEqual([
      ['house/front/bell', 'ding'],
      ['house/back/bell', 'dong'],
    ]);
  });

  test('what the broker retains reaches whoever begins to listen, though another listens already', async () => {
    const bus = busTo(broker.url, { clientId: 'two' });
    await bus.publish('kept/value', '21.5', { retain: true });
    const first: MqttMessage[] = [];
    const second: MqttMessage[] = [];
    bus.subscribe('kept/value', (message) => first.push(message));
    await until('first', () => first.length > 0);
    bus.subscribe('kept/value', (message) => second.push(message));
    await until('second', () => second.length > 0);
    expect(second[0]).toMatchObject({ retained: true, payload: Buffer.from('21.5') });
  });

  test('a message too long to be of use is not even sent to us, and those after it are', async () => {
    const bus = busTo(broker.url, { clientId: 'small' });
    const heard: number[] = [];
    bus.subscribe('long/#', ({ payload }) => heard.push(payload.length));
    const other = await stranger(broker.url, 'none');
    await until('connected', () => bus.connected);
    for (const length of [1_100_000, 1])
      await other.client.publishAsync('long/value', Buffer.alloc(length), { qos: 1 });
    await until('the short one', () => heard.includes(1));
    expect(heard).toEqual([1]);
  });

  test('two listeners whose topics overlap each hear a message once', async () => {
    const bus = busTo(broker.url, { clientId: 'three' });
    const heard: string[] = [];
    bus.subscribe('door/bell', () => heard.push('exact'));
    bus.subscribe('door/#', () => heard.push('all'));
    await until('connected', () => bus.connected);
    await bus.publish('door/bell', '1');
    await bus.publish('door/end', '1');
    await until('the end', () => heard.filter((name) => name === 'all').length === 2);
    expect(heard.sort()).toEqual(['all', 'all', 'exact']);
  });

  test('who has released its topic hears nothing more, and the broker is told', async () => {
    const bus = busTo(broker.url, { clientId: 'four' });
    const heard: string[] = [];
    const release = bus.subscribe('a/b', () => heard.push('released'));
    bus.subscribe('a/c', () => heard.push('kept'));
    await until('connected', () => bus.connected);
    release();
    await bus.publish('a/b', '');
    await bus.publish('a/c', '');
    await until('the other', () => heard.includes('kept'));
    expect(heard).toEqual(['kept']);
  });

  test('a listener that throws breaks nobody', async () => {
    const bus = busTo(broker.url, { clientId: 'five' });
    const heard: string[] = [];
    bus.subscribe('x', () => {
      throw new Error('mine');
    });
    bus.subscribe('x', () => heard.push('second'));
    bus.onConnected(() => {
      throw new Error('mine too');
    });
    await bus.publish('x', '');
    await until('second', () => heard.length === 1);
  });

  test('stopping sends what is on its way, and the broker says the will', async () => {
    const other = await stranger(broker.url, 'vedette/#');
    const will = { topic: 'vedette/six/status', payload: 'offline', retain: false };
    const bus = busTo(broker.url, { clientId: 'six' }, will);
    await bus.publish('vedette/six/status', 'online');
    const last = bus.publish('vedette/six/last', 'words');
    await bus.stop();
    await last;
    await until('the will', () => other.heard.length === 3);
    expect(other.texts()).toEqual(['online', 'words', 'offline']);
    await expect(bus.publish('vedette/six/late', '')).rejects.toMatchObject({ code: 'mqtt/not-published' });
  });

  test('a message carries how long it is of use', async () => {
    const other = await stranger(broker.url, 'short');
    const bus = busTo(broker.url, { clientId: 'seven' });
    await bus.publish('short', 'now', { expiryMs: 60_000 });
    await until('it', () => other.heard.length === 1);
    expect(other.heard[0]?.expiry).toBeGreaterThan(50);
  });

  test('a topic with a wildcard or without a letter is not published to', async () => {
    const bus = busTo(broker.url, { clientId: 'eight' });
    for (const topic of ['', 'a/#', '+', 'a\0b']) {
      await expect(bus.publish(topic, '')).rejects.toMatchObject({ code: 'mqtt/not-published' });
    }
  });
});

describe.skipIf(!hasMosquitto)('when the broker goes away', () => {
  test('what was published meanwhile arrives in order, once, and topics are heard again', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const bus = busTo(broker.url);
    const heard: string[] = [];
    let connections = 0;
    bus.onConnected(() => {
      connections += 1;
    });
    bus.subscribe('events', ({ payload }) => heard.push(String(payload)));
    await bus.publish('events', 'before');
    await until('before', () => heard.length === 1);

    await broker.kill();
    await until('noticed', () => bus.status.state === 'away');
    const sent = Array.from({ length: 200 }, (_, i) => bus.publish('events', String(i)));
    expect(bus.counts).toMatchObject({ waiting: 200, dropped: 0 });
    await broker.start();
    await Promise.all(sent);
    await until('all', () => heard.length >= 201);
    expect(heard).toEqual(['before', ...Array.from({ length: 200 }, (_, i) => String(i))]);
    expect(connections).toBe(2);
    expect(bus.counts).toEqual({ waiting: 0, inFlight: 0, dropped: 0 });
  });

  test('killed over and over under load, it loses nothing and keeps the order', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const bus = busTo(broker.url);
    const heard: number[] = [];
    bus.subscribe('events', ({ payload }) => heard.push(Number(payload)));
    await until('connected', () => bus.connected);
    const sent: Promise<void>[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 50; i++) sent.push(bus.publish('events', String(sent.length)));
      // In the middle of it.
      await Promise.race([sent[round * 50 + 10]]);
      await broker.kill();
      await until('noticed', () => bus.status.state === 'away');
      await broker.start();
      await until('back', () => bus.connected);
    }
    await Promise.all(sent);
    // Those that were on their way come twice where only the answer was lost; their first times are in order.
    await until('the last', () => heard.includes(149));
    const firsts = [...new Set(heard)];
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  });

  test('what waited longer than it is of use is not sent', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const bus = busTo(broker.url);
    await bus.publish('a', '');
    await broker.kill();
    await until('noticed', () => bus.status.state === 'away');
    const short = bus.publish('a', 'short', { expiryMs: 0 });
    const long = bus.publish('a', 'long');
    const failed = expect(short).rejects.toMatchObject({ code: 'mqtt/not-published' });
    await broker.start();
    await failed;
    await long;
    expect(bus.counts.dropped).toBe(1);
  });

  test('where too much waits, the oldest goes, and whoever published it is told', async () => {
    const bus = busTo('mqtt://127.0.0.1:9');
    const first = bus.publish('a', 'first');
    const refused = expect(first).rejects.toMatchObject({ code: 'mqtt/not-published' });
    const others = Array.from({ length: 10_000 }, () => bus.publish('a', ''));
    await refused;
    expect(bus.counts).toEqual({ waiting: 10_000, inFlight: 0, dropped: 1 });
    const stopped = Promise.allSettled(others);
    await bus.stop();
    expect((await stopped).every(({ status }) => status === 'rejected')).toBe(true);
  });
});

describe('a broker that does not want us', () => {
  test.skipIf(!hasMosquitto)('is told by its words, and asked again', async () => {
    const broker = await startMosquitto(['allow_anonymous false']);
    undo.push(() => broker.stop());
    const bus = busTo(broker.url, { username: 'viewer', password: 'wrong' });
    bus.start();
    await until('refused', () => bus.status.state === 'away');
    expect(bus.status).toMatchObject({ reason: { code: 'mqtt/refused' } });
  });

  test('that is not there is told without an address', async () => {
    const bus = busTo('mqtt://127.0.0.1:9');
    bus.start();
    await until('away', () => bus.status.state === 'away');
    expect(bus.status).toMatchObject({
      reason: { message: 'the MQTT broker is not reached: nobody listens there' },
    });
  });

  test('that answers nonsense throws nothing', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(() => {
      server.close();
    });
    const { port } = server.address() as { port: number };
    const bus = busTo(`mqtt://127.0.0.1:${port}`);
    bus.start();
    await until('away', () => bus.status.state === 'away');
    expect(bus.status).toMatchObject({ reason: { code: 'mqtt/unreachable' } });
    await bus.stop();
  });
});

test('an address with a password in it is no address of a broker, and a password is a secret', () => {
  expect(MqttSettings.safeParse({ url: 'mqtt://me:pass@host' }).success).toBe(false);
  expect(MqttSettings.safeParse({ url: 'http://host' }).success).toBe(false);
  const settings = MqttSettings.parse({ url: 'mqtts://host:8883', password: 'hush' });
  expect(JSON.stringify(settings)).not.toContain('hush');
});
