import fc from 'fast-check';
import { connect, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Buses } from '../../src/buses/buses.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import { evdevKeypad } from '../../src/keypads/evdev.ts';
import { tellText } from '../../src/keypads/keys.ts';
import { mqttKeypad, textOf } from '../../src/keypads/mqtt.ts';
import { serialKeypad } from '../../src/keypads/serial.ts';
import { compileLinePattern } from '../../src/sensors/line-pattern.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { hasSocat, openPty, type PtyPair } from '../buses/pty.ts';
import { until } from '../media/ready.ts';
import { keypadBuses, testKeypad, typedAt } from './contract.ts';
import { FifoKeypad } from './fifo.ts';

describe('at the kernel', () => {
  let pad: FifoKeypad;
  beforeEach(() => {
    pad = new FifoKeypad();
  });
  afterEach(() => pad.stop());
  testKeypad('evdev', {
    kind: evdevKeypad,
    options: () => ({ device: pad.path }),
    ready: () => pad.plugged(),
    press: (key) => pad.press(key),
    pull: { out: () => pad.unplug(), code: 'keypad/lost' },
    absent: { options: { device: '/dev/input/by-id/no-such-keypad' }, code: 'keypad/not-found' },
  });

  test('a name that no device has is not found', async () => {
    const options = evdevKeypad.options.parse({ device: 'No such keypad' });
    await expect(evdevKeypad.check(options, keypadBuses())).rejects.toMatchObject({
      code: 'keypad/not-found',
    });
  });
});

describe.skipIf(!hasSocat)('on a serial line', () => {
  let pty: PtyPair;
  let buses: Buses;
  beforeEach(async () => {
    pty = await openPty();
    buses = keypadBuses();
    // Its library is loaded by the first; then a keypad listens before the line is open.
    await compileLinePattern('(a)');
  });
  afterEach(async () => {
    await buses.stop();
    await pty.stop();
  });
  const settled = async () => {
    // What comes before the line is settled was said to nobody.
    const { path } = pty;
    const line = buses.serial({ path, baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 });
    line.listen({ line: () => undefined, ended: () => undefined });
    await line.opened();
  };
  testKeypad('serial', {
    kind: serialKeypad,
    options: () => ({ path: pty.path }),
    buses: () => buses,
    ready: settled,
    press: (key) => void pty.device.write(`${key}\r\n`),
    pull: { out: () => pty.unplug(), code: 'serial/lost' },
    absent: { options: { path: '/dev/no-such-line' }, code: 'serial/not-found' },
  });

  test('a reader’s line has the code where its pattern says, and other lines are none', async () => {
    const source = serialKeypad.open(
      serialKeypad.options.parse({ path: pty.path, pattern: '^PIN:(\\d+);' }),
      buses,
    );
    const typed = typedAt(source);
    await settled();
    await until('a code', () => {
      pty.device.write('CARD:99999999;\nPIN:01234567;\n');
      return typed.codes.length > 0;
    });
    await source.stop();
    expect(new Set(typed.codes)).toEqual(new Set(['01234567']));
    expect(typed.keys).toEqual([]);
  });
});

describe.skipIf(!hasMosquitto)('at a broker', () => {
  let broker: Mosquitto;
  let publisher: MqttClient;
  beforeAll(async () => {
    broker = await startMosquitto();
    publisher = connect(broker.url, { protocolVersion: 5 });
    await publisher.publishAsync('keypad', '7', { qos: 1, retain: true });
  });
  afterAll(async () => {
    await publisher.endAsync(true);
    await broker.stop();
  });
  const buses = () => keypadBuses(MqttSettings.parse({ url: broker.url }));
  let heard: ReturnType<typeof buses> | undefined;
  testKeypad('mqtt', {
    kind: mqttKeypad,
    options: () => ({ topic: 'keypad' }),
    buses: () => {
      heard = buses();
      return heard;
    },
    // Subscriptions are made before this is told; what the broker kept was typed at another time.
    ready: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      heard?.broker.onConnected(resolve);
      return promise;
    },
    press: async (key) => void (await publisher.publishAsync('keypad', key, { qos: 1 })),
  });

  test('says of itself that the broker reads along', async () => {
    const [note] = await mqttKeypad.check(mqttKeypad.options.parse({ topic: 'keypad' }), buses());
    expect(note?.text).toMatch(/^warning: .*whoever runs it, reads each code/);
  });
});

describe('what keypads say in text', () => {
  const path = mqttKeypad.options.parse({ topic: 'x', path: 'action_code' }).path;
  const of = (text: string) => {
    const told: string[] = [];
    tellText(text, {
      key: (key) => told.push(`key ${key}`),
      code: (code) => told.push(`code ${code}`),
      ended: () => undefined,
    });
    return told;
  };

  test('Zigbee2MQTT: the code stands beside the action, and is absent from other messages', () => {
    const json = (value: unknown) => textOf(Buffer.from(JSON.stringify(value)), path);
    expect(json({ action: 'disarm', action_code: '01234567', battery: 90 })).toBe('01234567');
    expect(json({ battery: 90, action_code: null })).toBeUndefined();
    expect(textOf(Buffer.from('{'), path)).toBeUndefined();
  });

  test('one digit is a key, # and * are, and more is a code', () => {
    expect(of('7')).toEqual(['key 7']);
    expect([...of(' # '), ...of('*'), ...of('ENTER')]).toEqual(['key enter', 'key clear', 'key enter']);
    expect(of('01234567\r')).toEqual(['code 01234567']);
    expect(of('  ')).toEqual([]);
  });

  test('any bytes are a text or none, never a throw', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(path, undefined), (data, where) => {
        const text = textOf(Buffer.from(data), where);
        return text === undefined || of(text).length <= 1;
      }),
    );
  });
});
