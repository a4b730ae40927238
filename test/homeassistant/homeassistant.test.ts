import { connect } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { MqttBus } from '../../src/buses/mqtt.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import type { MqttMessage } from '../../src/buses/mqtt-subscriptions.ts';
import { type MonotonicMs, systemClock, type WallMs } from '../../src/clock.ts';
import { HomeAssistant, type HomeAssistantOptions } from '../../src/homeassistant/homeassistant.ts';
import { HomeAssistantSettings } from '../../src/homeassistant/settings.ts';
import { availabilityWill } from '../../src/homeassistant/topics.ts';
import type { AlarmStatus } from '../../src/protocol/alarm.ts';
import type { SensorState } from '../../src/protocol/reading.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { quiet, until } from '../media/ready.ts';

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  vi.useRealTimers();
});

const number = { unit: '°C', type: 'number' as const, decimals: 1, limits: [], settable: false };
const boolean = { ...number, unit: '', type: 'boolean' as const, decimals: 0 };
const described = {
  device: { name: 'boiler', title: 'Boiler room', version: '0.1.0' },
  sensors: [
    { ...number, sensor: 'machine.temperature', title: 'Temperature' },
    { ...boolean, sensor: 'hatch', title: 'Hatch' },
  ],
  rules: [{ rule: 'overheating', title: 'Machine too hot', severity: 'critical' as const }],
  locks: [{ lock: 'box', title: 'Parcel box' }],
  doorbells: [{ feed: 'door', title: 'Front door' }],
  feeds: [
    { feed: 'door', title: 'Front door' },
    { feed: 'machine', title: 'Machine' },
  ],
} satisfies Partial<HomeAssistantOptions>;

const well = (sensor: string, value: number): SensorState => ({
  state: 'well',
  sensor,
  reading: { sensor, value, unit: '', time: Date.now() },
});
const fault = (sensor: string): SensorState => ({
  state: 'fault',
  sensor,
  reason: 'missing',
  detail: 'nothing for 3 s',
  since: Date.now(),
});
const raised: AlarmStatus = {
  rule: 'overheating',
  title: 'Machine too hot',
  severity: 'critical',
  state: 'raised',
  since: Date.UTC(2026, 10, 25),
  value: 81.5,
  unit: '°C',
  silenced: false,
};

/** A broker that is a list, and a clock that is turned by hand. */
function byHand(settings: unknown = { pictures: ['door'] }, random = () => 0.5) {
  const said: { topic: string; text: string; retain: boolean; expiryMs: number | undefined }[] = [];
  const heard = new Map<string, (message: MqttMessage) => void>();
  const broker = { connected: true, connect: () => {} };
  vi.useFakeTimers();
  const start = Date.now();
  const clock = { now: () => (Date.now() - start) as MonotonicMs, wall: () => Date.now() as WallMs };
  const homeAssistant = new HomeAssistant({
    ...described,
    mqtt: {
      get connected() {
        return broker.connected;
      },
      onConnected: (listener) => {
        broker.connect = listener;
        if (broker.connected) listener();
        return () => {};
      },
      subscribe: (topic, listener) => {
        heard.set(topic, listener);
        return () => heard.delete(topic);
      },
      publish: async (topic, payload, { retain = false, expiryMs } = {}) => {
        said.push({ topic, text: String(payload), retain, expiryMs });
      },
    },
    settings: HomeAssistantSettings.parse(settings)!,
    clock,
    log: quiet,
    random,
  });
  homeAssistant.start();
  undo.push(() => homeAssistant.stop());
  const hear = (topic: string, text: string, retained = false) =>
    heard.get(topic)?.({ topic, payload: Buffer.from(text), retained });
  return {
    homeAssistant,
    broker,
    hear,
    /** What was said since this was called before, without what repeats the document. */
    said: () => said.splice(0),
    heard,
  };
}

const base = 'vedette/boiler';

test('it describes itself first, then says every state, and last that it is there', () => {
  const { said } = byHand();
  const messages = said();
  expect(messages.map(({ topic, text }) => [topic, text.slice(0, 8)])).toEqual([
    ['homeassistant/device/vedette-boiler/config', '{"device'],
    [`${base}/sensor/machine.temperature/availability`, 'offline'],
    [`${base}/sensor/hatch/availability`, 'offline'],
    [`${base}/rule/overheating/attributes`, '{}'],
    [`${base}/rule/overheating`, 'OFF'],
    [`${base}/availability`, 'online'],
  ]);
  expect(messages.every(({ retain }) => retain)).toBe(true);
});

test('numbers go out every five seconds, the newest, and what is on or off at once', () => {
  const { homeAssistant, said } = byHand();
  said();
  for (const value of [20, 21, 22.04]) homeAssistant.state(well('machine.temperature', value));
  homeAssistant.state(well('hatch', 1));
  homeAssistant.state(well('hatch', 0));
  expect(said().map(({ topic, text }) => [topic, text])).toEqual([
    [`${base}/sensor/machine.temperature`, '20.0'],
    [`${base}/sensor/machine.temperature/availability`, 'online'],
    [`${base}/sensor/hatch`, 'ON'],
    [`${base}/sensor/hatch/availability`, 'online'],
    [`${base}/sensor/hatch`, 'OFF'],
  ]);
  vi.advanceTimersByTime(4999);
  expect(said()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said()).toMatchObject([{ topic: `${base}/sensor/machine.temperature`, text: '22.0', retain: true }]);
});

test('a sensor that cannot be believed is unavailable, and its last number is not repeated as a reading', () => {
  const { homeAssistant, said } = byHand();
  homeAssistant.state(well('machine.temperature', 20));
  said();
  homeAssistant.state(fault('machine.temperature'));
  expect(said()).toMatchObject([
    { topic: `${base}/sensor/machine.temperature/availability`, text: 'offline' },
  ]);
  homeAssistant.state(well('machine.temperature', 20));
  expect(said()).toMatchObject([
    { topic: `${base}/sensor/machine.temperature/availability`, text: 'online' },
  ]);
});

test('a rule is on while it is raised or latched, and tells what is known of it', () => {
  const { homeAssistant, said } = byHand();
  said();
  homeAssistant.alarm('overheating', raised);
  homeAssistant.alarm('overheating', { ...raised, state: 'latched', acknowledgedBy: 'Ada' });
  homeAssistant.alarm('overheating', { ...raised, state: 'shelved' });
  homeAssistant.alarm('unknown', raised);
  const messages = said();
  expect(
    messages.filter(({ topic }) => topic === `${base}/rule/overheating`).map(({ text }) => text),
  ).toEqual(['ON', 'OFF']);
  expect(JSON.parse(messages[0]?.text ?? '')).toEqual({
    severity: 'critical',
    state: 'raised',
    since: '2026-11-25T00:00:00.000Z',
    value: 81.5,
    unit: '°C',
    silenced: false,
  });
  expect(JSON.parse(messages[2]?.text ?? '')).toMatchObject({ state: 'latched', acknowledged_by: 'Ada' });
});

test('a lock says how it stands, and takes only commands of now that the broker is trusted with', () => {
  const { homeAssistant, said, hear } = byHand();
  said();
  const status = { lock: 'box', title: 'Parcel box', state: 'forced', since: 0, leftOpen: false } as const;
  homeAssistant.lock({ ...status, by: 'Anna', door: 'open' });
  expect(said().map(({ topic, text }) => [topic, text])).toEqual([
    [
      `${base}/lock/box/attributes`,
      '{"state":"forced","since":"1970-01-01T00:00:00.000Z","left_open":false,"by":"Anna","door":"open"}',
    ],
    [`${base}/lock/box`, 'UNLOCKED'],
  ]);
  const commands: unknown[] = [];
  homeAssistant.onLockCommand((command) => commands.push(command));
  const command = `${base}/lock/box/set`;
  for (const text of ['UNLOCK', 'LOCK', 'lock', '']) hear(command, text);
  hear(command, 'LOCK', true);
  expect(commands.splice(0)).toEqual([
    { lock: 'box', to: 'unlock', refused: 'untrusted' },
    { lock: 'box', to: 'lock' },
    { lock: 'box', to: 'lock', refused: 'kept' },
  ]);
  const trusting = byHand({ trustBrokerToUnlock: true });
  trusting.homeAssistant.onLockCommand((command) => commands.push(command));
  trusting.hear(command, 'UNLOCK', true);
  trusting.hear(command, 'UNLOCK');
  expect(commands).toEqual([
    { lock: 'box', to: 'unlock', refused: 'kept' },
    { lock: 'box', to: 'unlock' },
  ]);
});

test('pictures go out only of feeds that the profile names, and neither they nor rings are kept', () => {
  const { homeAssistant, said } = byHand();
  said();
  homeAssistant.ring({ ring: '1', feed: 'door', time: Date.UTC(2026, 10, 25) });
  homeAssistant.ring({ ring: '2', feed: 'machine', time: 0 });
  homeAssistant.picture('door', Buffer.from('jpeg'));
  homeAssistant.picture('machine', Buffer.from('jpeg'));
  homeAssistant.picture('door', Buffer.alloc(3 * 1024 * 1024));
  expect(said()).toEqual([
    {
      topic: `${base}/doorbell/door`,
      text: '{"event_type":"ring","ring":"1","feed":"door","time":"2026-11-25T00:00:00.000Z"}',
      retain: false,
      expiryMs: 30_000,
    },
    { topic: `${base}/picture/door`, text: 'jpeg', retain: false, expiryMs: 30_000 },
  ]);
  const { homeAssistant: silent } = byHand(true);
  expect([silent.wantsPicture('door'), silent.wantsPicture('machine')]).toEqual([false, false]);
  const { homeAssistant: open } = byHand({ pictures: true });
  expect([open.wantsPicture('door'), open.wantsPicture('machine')]).toEqual([true, true]);
});

test('while the broker is away states wait for nobody: when it returns it hears the newest, once', () => {
  const { homeAssistant, broker, said } = byHand();
  said();
  broker.connected = false;
  for (const value of [1, 2, 3]) homeAssistant.state(well('machine.temperature', value));
  homeAssistant.alarm('overheating', raised);
  vi.advanceTimersByTime(60_000);
  expect(said()).toEqual([]);
  broker.connected = true;
  broker.connect();
  const messages = said();
  expect(messages.filter(({ topic }) => topic === `${base}/sensor/machine.temperature`)).toMatchObject([
    { text: '3.0' },
  ]);
  expect(messages).toContainEqual(expect.objectContaining({ topic: `${base}/rule/overheating`, text: 'ON' }));
  expect(messages.at(-1)).toMatchObject({ topic: `${base}/availability`, text: 'online' });
});

test('when Home Assistant is born it hears everything again, after a wait that differs from device to device', () => {
  for (const [random, waitMs] of [
    [0, 0],
    [0.5, 1500],
    [0.999, 2997],
  ] as const) {
    const { hear, said } = byHand(true, () => random);
    said();
    hear('homeassistant/status', 'online');
    hear('homeassistant/status', 'online');
    hear('homeassistant/status', 'offline');
    if (waitMs > 0) {
      vi.advanceTimersByTime(waitMs - 1);
      expect(said()).toEqual([]);
    }
    vi.advanceTimersByTime(2);
    expect(said().map(({ topic }) => topic)).toContain('homeassistant/device/vedette-boiler/config');
    vi.advanceTimersByTime(10_000);
    expect(said()).toEqual([]);
  }
});

test('the button acknowledges all, a name its rule, and what was kept or is no rule nothing', () => {
  const { homeAssistant, hear, heard } = byHand();
  const acknowledged: (string | undefined)[] = [];
  homeAssistant.onAcknowledge((rule) => acknowledged.push(rule));
  hear(`${base}/acknowledge`, 'all');
  hear(`${base}/acknowledge`, 'overheating');
  hear(`${base}/acknowledge`, 'all', true);
  hear(`${base}/acknowledge`, 'unknown');
  hear(`${base}/acknowledge`, 'x'.repeat(100_000));
  hear(`${base}/acknowledge`, '');
  expect(acknowledged).toEqual([undefined, 'overheating']);
  expect(heard.has(`${base}/acknowledge`)).toBe(true);
  expect(byHand({ acknowledge: false }).heard.has(`${base}/acknowledge`)).toBe(false);
});

test('what an earlier profile had is taken out, and nonsense of a broker changes nothing', () => {
  const { hear, said } = byHand();
  said();
  const config = 'homeassistant/device/vedette-boiler/config';
  const earlier = {
    components: {
      'sensor-oil': { platform: 'sensor', name: 'Oil' },
      'sensor-hatch': { platform: 'binary_sensor', name: 'Hatch' },
      'rule-gone': { platform: 'binary_sensor' },
    },
  };
  hear(config, JSON.stringify(earlier), true);
  const messages = said();
  expect(messages.map(({ topic }) => topic)).toEqual([
    config,
    config,
    `${base}/sensor/oil`,
    `${base}/sensor/oil/availability`,
  ]);
  expect(JSON.parse(messages[0]?.text ?? '').components['sensor-oil']).toEqual({ platform: 'sensor' });
  expect(messages[1]?.text).not.toContain('sensor-oil');
  for (const nonsense of ['', 'no json', '[]', '{"components":{"a/b#":{"platform":"sensor","x":1}}}']) {
    hear(config, nonsense, true);
  }
  hear(config, JSON.stringify(earlier), false);
  expect(said()).toEqual([]);
});

describe.skipIf(!hasMosquitto)('with a real broker', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker.stop());

  const settings = HomeAssistantSettings.parse({ pictures: true })!;

  function device() {
    const mqtt = new MqttBus({
      settings: MqttSettings.parse({ url: broker.url }),
      device: 'boiler',
      will: availabilityWill('boiler', settings),
      clock: systemClock,
      log: quiet,
    });
    undo.push(() => mqtt.stop());
    const homeAssistant = new HomeAssistant({
      ...described,
      mqtt,
      settings,
      clock: systemClock,
      log: quiet,
      random: () => 0,
    });
    homeAssistant.start();
    undo.push(() => homeAssistant.stop());
    return { mqtt, homeAssistant };
  }

  /** Somebody who listens as Home Assistant does. */
  async function listener() {
    const kept = new Map<string, string>();
    const heard: { topic: string; text: string; retained: boolean }[] = [];
    const client = connect(broker.url, { protocolVersion: 5, reconnectPeriod: 50 });
    client.on('error', () => {});
    client.on('message', (topic, payload, { retain }) => {
      kept.set(topic, String(payload));
      heard.push({ topic, text: String(payload), retained: retain });
    });
    undo.push(() => client.endAsync(true));
    await client.subscribeAsync(['homeassistant/#', 'vedette/#'], { qos: 1 });
    return { client, kept, heard };
  }

  const config = 'homeassistant/device/vedette-boiler/config';
  const availability = `${base}/availability`;

  test('who comes later finds the device, its values and that it is there; a ring is not found', async () => {
    const { homeAssistant, mqtt } = device();
    await until('connected', () => mqtt.connected);
    homeAssistant.state(well('machine.temperature', 81.5));
    homeAssistant.alarm('overheating', raised);
    homeAssistant.ring({ ring: '1', feed: 'door', time: Date.now() });
    homeAssistant.picture('door', Buffer.from('jpeg'));
    await until('sent', () => mqtt.counts.inFlight === 0 && mqtt.counts.waiting === 0);
    const { kept, heard } = await listener();
    await until('the last', () => kept.get(availability) === 'online');
    expect(Object.keys(JSON.parse(kept.get(config) ?? '').components)).toHaveLength(8);
    expect(kept.get(`${base}/sensor/machine.temperature`)).toBe('81.5');
    expect(kept.get(`${base}/rule/overheating`)).toBe('ON');
    expect(heard.some(({ topic }) => topic.includes('doorbell') || topic.includes('picture'))).toBe(false);
  });

  test('a ring and a picture arrive, and a press of the button comes back', async () => {
    const { client, kept } = await listener();
    const { homeAssistant, mqtt } = device();
    const acknowledged: (string | undefined)[] = [];
    homeAssistant.onAcknowledge((rule) => acknowledged.push(rule));
    await until('there', () => mqtt.connected && kept.get(availability) === 'online');
    homeAssistant.ring({ ring: '1', feed: 'door', time: Date.now() });
    homeAssistant.picture('door', Buffer.from('jpeg'));
    await until('both', () => kept.has(`${base}/doorbell/door`) && kept.has(`${base}/picture/door`));
    expect(JSON.parse(kept.get(`${base}/doorbell/door`) ?? '')).toMatchObject({
      event_type: 'ring',
      ring: '1',
    });
    const { components } = JSON.parse(kept.get(config) ?? '');
    const { command_topic: topic, payload_press: press } = components.acknowledge;
    await client.publishAsync(topic, press, { qos: 1 });
    await until('acknowledged', () => acknowledged.length === 1);
  });

  test('a device that is gone, in peace or not, is unavailable', async () => {
    const { kept } = await listener();
    const { mqtt, homeAssistant } = device();
    await until('there', () => kept.get(availability) === 'online');
    homeAssistant.stop();
    await mqtt.stop();
    await until('gone', () => kept.get(availability) === 'offline');
  });

  test('after the broker lost everything, all is said again', async () => {
    const { homeAssistant, mqtt } = device();
    await until('connected', () => mqtt.connected);
    homeAssistant.state(well('hatch', 1));
    await until('sent', () => mqtt.counts.inFlight === 0 && mqtt.counts.waiting === 0);
    await broker.kill();
    await until('away', () => !mqtt.connected);
    homeAssistant.state(well('hatch', 0));
    await broker.start();
    const { kept } = await listener();
    await until('there', () => kept.get(availability) === 'online');
    expect(kept.get(`${base}/sensor/hatch`)).toBe('OFF');
    expect(kept.has(config)).toBe(true);
  });

  test('a birth message has it said again, and removing leaves nothing at the broker', async () => {
    const { homeAssistant, mqtt } = device();
    await until('connected', () => mqtt.connected);
    const first = await listener();
    await until('there', () => first.kept.get(availability) === 'online');
    await until('said', () => mqtt.counts.inFlight === 0 && mqtt.counts.waiting === 0);
    first.kept.clear();
    await first.client.publishAsync('homeassistant/status', 'online', { qos: 1 });
    await until('said again', () => first.kept.has(config) && first.kept.has(availability));
    await until('sent', () => mqtt.counts.inFlight === 0 && mqtt.counts.waiting === 0);
    homeAssistant.state(well('hatch', 1));
    await homeAssistant.remove();
    const { heard, client } = await listener();
    await client.publishAsync('vedette/end', 'end', { qos: 1 });
    await until('the end', () => heard.some(({ text }) => text === 'end'));
    expect(heard.filter(({ retained }) => retained)).toEqual([]);
  });
});
