import fc from 'fast-check';
import { connect, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Buses } from '../../src/buses/buses.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import { systemClock } from '../../src/clock.ts';
import type { SensorSource } from '../../src/sensors/kind.ts';
import { messageValue, mqttOptions, mqttSensor, saysOffline } from '../../src/sensors/mqtt.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { until } from '../media/ready.ts';
import { collect, sensorParts, silent, testSensor } from './contract.ts';

const read = (message: unknown, options: object): number | undefined =>
  messageValue(
    Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)),
    mqttOptions.parse({ topic: 'x', ...options }),
  );

describe('what devices publish', () => {
  test('Zigbee2MQTT: one JSON with all of a device, and parts of it', () => {
    const message = { battery: 100, contact: false, temperature: 21.35, occupancy: true, state: 'ON' };
    expect(read(message, { path: 'temperature' })).toBe(21.35);
    expect(read(message, { path: 'contact' })).toBe(0);
    expect(read(message, { path: 'occupancy' })).toBe(1);
    expect(read(message, { path: 'state' })).toBe(1);
    expect(read({ battery: 99 }, { path: 'temperature' })).toBeUndefined();
  });

  test('Tasmota: telemetry in JSON, states in words', () => {
    const telemetry = {
      Time: '2026-01-01T12:00:00',
      AM2301: { Temperature: 23.4, Humidity: 51.2, DewPoint: 12.7 },
      ENERGY: { Total: 3.185, Power: 1240 },
      TempUnit: 'C',
    };
    expect(read(telemetry, { path: 'AM2301.Humidity' })).toBe(51.2);
    expect(read(telemetry, { path: 'ENERGY.Power' })).toBe(1240);
    expect(read('ON', {})).toBe(1);
  });

  test('ESPHome: one topic a value, and nan where it has none', () => {
    expect(read('21.4', {})).toBe(21.4);
    expect(read('OFF', {})).toBe(0);
    expect(read('nan', {})).toBeNaN();
  });

  test('all of them say offline, and nothing else is it', () => {
    for (const text of ['offline', 'Offline', '{"state":"offline"}'])
      expect(saysOffline(Buffer.from(text))).toBe(true);
    for (const text of ['online', 'Online', '{"state":"online"}', '', '{', '{"state":1}']) {
      expect(saysOffline(Buffer.from(text))).toBe(false);
    }
  });

  test('any bytes are a value or none, never a throw', () => {
    const options = [mqttOptions.parse({ topic: 'x' }), mqttOptions.parse({ topic: 'x', path: 'a.b[0]' })];
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(...options), (data, each) => {
        const value = messageValue(Buffer.from(data), each);
        saysOffline(Buffer.from(data));
        return value === undefined || typeof value === 'number';
      }),
    );
    expect(messageValue(Buffer.alloc(100_000, '1'), { path: undefined, map: undefined })).toBeNaN();
  });
});

describe.skipIf(!hasMosquitto)('with a broker', () => {
  let broker: Mosquitto;
  let publisher: MqttClient;
  beforeAll(async () => {
    broker = await startMosquitto();
    publisher = connect(broker.url, { protocolVersion: 5, reconnectPeriod: 50 });
    publisher.on('error', () => {});
    await publisher.publishAsync('zigbee2mqtt/boiler', '{"temperature":61.5}', { qos: 1, retain: true });
  });
  afterAll(async () => {
    await publisher.endAsync(true);
    await broker.stop();
  });

  const opened: SensorSource[] = [];
  const used: Buses[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((source) => source.stop()));
    await Promise.all(used.splice(0).map((buses) => buses.stop()));
  });
  const parts = () => {
    const mqtt = MqttSettings.parse({
      url: broker.url,
      clientId: `sensor-${used.length}-${performance.now() | 0}`,
    });
    const buses = new Buses({ device: 'test', mqtt, clock: systemClock, log: silent });
    used.push(buses);
    return sensorParts({ buses });
  };
  const open = (options: object) => {
    const source = mqttSensor.open(mqttOptions.parse(options), parts());
    opened.push(source);
    return collect(source);
  };

  testSensor('mqtt', {
    kind: mqttSensor,
    options: { topic: 'zigbee2mqtt/boiler', path: 'temperature' },
    parts,
    provoke: () => void publisher.publish('zigbee2mqtt/boiler', '{"temperature":61.5}'),
  });

  test('a retained message is its first value, though nobody speaks now', async () => {
    const told = open({ topic: 'zigbee2mqtt/boiler', path: 'temperature' });
    await until('the retained value', () => told.values.length > 0);
    expect(told.values[0]).toEqual({ value: 61.5 });
  });

  test('a device that is offline is away, and heard again when it is online', async () => {
    await publisher.publishAsync('tele/boiler/LWT', 'Online', { qos: 1, retain: true });
    const options = { topic: 'tele/boiler/SENSOR', path: 'ENERGY.Power', availability: 'tele/boiler/LWT' };
    const told = open(options);
    await until('a value', () => {
      publisher.publish('tele/boiler/SENSOR', '{"ENERGY":{"Power":12}}');
      return told.values.length > 0;
    });
    await publisher.publishAsync('tele/boiler/LWT', 'Offline', { qos: 1, retain: true });
    await until('it is away', () => told.away.length > 0);
    expect(told.away).toMatchObject([{ code: 'mqtt/device-lost' }]);
    told.values.length = 0;
    await publisher.publishAsync('tele/boiler/SENSOR', '{"ENERGY":{"Power":13}}', { qos: 1 });
    await publisher.publishAsync('tele/boiler/LWT', 'Offline', { qos: 1, retain: true });
    await publisher.publishAsync('tele/boiler/LWT', 'Online', { qos: 1, retain: true });
    await publisher.publishAsync('tele/boiler/SENSOR', '{"ENERGY":{"Power":14}}', { qos: 1 });
    await until('it is back', () => told.values.length > 0);
    expect(told.values).toEqual([{ value: 14 }]);
    expect(told.away).toHaveLength(1);
    expect(told.ended).toEqual([]);
  });

  test('what is retained of a device that is offline is not its value, whichever was said first', async () => {
    await publisher.publishAsync('old/value', '1', { qos: 1, retain: true });
    await publisher.publishAsync('old/availability', 'offline', { qos: 1, retain: true });
    const shared = parts();
    const start = (options: object) => {
      const source = mqttSensor.open(mqttOptions.parse(options), shared);
      opened.push(source);
      return collect(source);
    };
    // It makes the broker say the value before the availability.
    const careless = start({ topic: 'old/value' });
    const told = start({ topic: 'old/value', availability: 'old/availability' });
    await until('both', () => careless.values.length > 0 && told.away.length > 0);
    await publisher.publishAsync('old/value', '2', { qos: 1 });
    await publisher.publishAsync('old/availability', 'online', { qos: 1, retain: true });
    await until('what it said as it came back', () => told.values.length > 0);
    expect(told.values).toEqual([{ value: 2 }]);
    expect(told.ended).toEqual([]);
  });

  test('what is retained of a device that never says whether it is online is believed', async () => {
    const told = open({
      topic: 'zigbee2mqtt/boiler',
      path: 'temperature',
      availability: 'zigbee2mqtt/boiler/availability',
    });
    await until('its value', () => told.values.length > 0);
    expect(told).toMatchObject({ values: [{ value: 61.5 }], away: [], ended: [] });
  });

  test('a broker that restarts ends no sensor, and what it says then is heard', async () => {
    const told = open({ topic: 'restart/value' });
    await until('a first value', () => {
      publisher.publish('restart/value', '1');
      return told.values.length > 0;
    });
    await broker.kill();
    await until('noticed', () => used[0]?.mqtt?.status.state === 'away');
    await broker.start();
    await until('the second value', () => {
      if (publisher.connected) publisher.publish('restart/value', '2');
      return told.values.some(({ value }) => value === 2);
    });
    expect(told.ended).toEqual([]);
  });
});

test('without a broker in the profile it says what to write', () => {
  const buses = new Buses({ device: 'test', clock: systemClock, log: silent });
  expect(() => mqttSensor.open(mqttOptions.parse({ topic: 'a' }), sensorParts({ buses }))).toThrow(
    /needs an MQTT broker/,
  );
});
