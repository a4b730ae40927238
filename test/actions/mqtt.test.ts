import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mqttAction } from '../../src/actions/mqtt.ts';
import { Buses } from '../../src/buses/buses.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import { systemClock } from '../../src/clock.ts';
import { hasMosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { opened, unstopped } from './opened.ts';
import { deviceParts, MemoryDeliveries, occasion } from './parts.ts';

const ends: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(!hasMosquitto)('published to a real mosquitto', () => {
  let broker: Awaited<ReturnType<typeof startMosquitto>>;

  beforeEach(async () => {
    broker = await startMosquitto();
    ends.push(() => broker.stop());
  });

  function connect(device: string): Buses {
    const buses = new Buses({
      device,
      mqtt: MqttSettings.parse({ url: broker.url }),
      clock: systemClock,
      log: pino({ level: 'silent' }),
    });
    ends.push(() => buses.stop());
    return buses;
  }

  /** Notes what is published under `alarms/`, until so many have come. */
  async function listen() {
    const heard: { topic: string; text: string; retained: boolean }[] = [];
    const waiting: (() => void)[] = [];
    const { mqtt } = connect('listener');
    const connected = new Promise<void>((resolve) => mqtt?.onConnected(resolve));
    mqtt?.subscribe('alarms/#', ({ topic, payload, retained }) => {
      heard.push({ topic, text: payload.toString(), retained });
      for (const tell of waiting.splice(0)) tell();
    });
    await connected;
    return async (count: number) => {
      while (heard.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return heard;
    };
  }

  test('what happened arrives in the words of the profile, or as JSON', async () => {
    const heard = await listen();
    const buses = connect('boiler-room');
    const words = await opened(
      mqttAction,
      { topic: 'alarms/words', payload: '{title}: {value} {unit} ({on})' },
      { buses },
    );
    await words.action.run(occasion(), unstopped);
    expect((await heard(1))[0]).toEqual({
      topic: 'alarms/words',
      text: 'Machine too hot: 84.234 °C (raise)',
      retained: false,
    });
    const json = await opened(mqttAction, { topic: 'alarms/json' }, { buses });
    await json.action.run(occasion(), unstopped);
    expect(JSON.parse((await heard(2))[1]?.text ?? '')).toMatchObject({
      device: 'boiler-room',
      on: 'raise',
      event: { id: '0193-a' },
    });
  });

  test('what happens while the broker is away arrives in order when it is back, over a restart too', async () => {
    const store = new MemoryDeliveries();
    await broker.kill();
    const options = { topic: 'alarms/x', payload: '{title}' };
    const before = await opened(mqttAction, options, { buses: connect('boiler-room'), store });
    for (const title of ['1', '2', '3']) await before.action.run(occasion({ title }), unstopped);
    await before.stop();
    await broker.start();
    const heard = await listen();
    const after = await opened(mqttAction, options, { buses: connect('boiler-room'), store });
    await after.action.run(occasion({ title: '4' }), unstopped);
    expect((await heard(4)).map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
    await expect.poll(() => store.rows.size).toBe(0);
  });
});

test('without a broker in the profile it says so', async () => {
  const { action } = await opened(mqttAction, { topic: 'a' }, { buses: deviceParts().buses });
  await expect(action.run(occasion(), unstopped)).rejects.toMatchObject({ code: 'mqtt/not-configured' });
});

test.each([{ topic: 'a/+/b' }, { topic: 'a/#' }, { topic: '' }, { topic: 'a', payload: '{password}' }])(
  '%o publishes nothing',
  (options) => {
    expect(mqttAction.options.safeParse(options).success).toBe(false);
  },
);
