import { z } from 'zod';
import type { MqttBus, MqttStatus } from '../buses/mqtt.ts';
import type { MqttMessage } from '../buses/mqtt-subscriptions.ts';
import { isTopicFilter } from '../buses/topic-filter.ts';
import { VedetteError } from '../errors.ts';
import { type JsonPath, JsonPathText, valueAt } from './json-path.ts';
import type { SensorKind, SensorSink, SensorSource } from './kind.ts';
import { numberOf, TextMap } from './text-value.ts';

/** A broker that restarts is back within this; only then its sensors are gone with it. */
const brokerGraceMs = 5_000;
/** Longer messages are no sensor's; Tasmota's and Zigbee2MQTT's have a few hundred bytes. */
const maxBytes = 65_536;

const topic = z
  .string()
  .refine(isTopicFilter, 'a topic, as in zigbee2mqtt/boiler; + stands for one level, # for the rest');

/** The keys of `kind: mqtt` in a profile. */
export const mqttOptions = z.strictObject({
  topic: topic.describe(
    'Where it is published: zigbee2mqtt/boiler, tele/boiler/SENSOR, boiler/sensor/temperature/state',
  ),
  path: JsonPathText.optional().describe(
    'Where in the JSON of the message the value stands, as in temperature; by default the whole message is the value',
  ),
  map: TextMap.optional(),
  type: z
    .enum(['number', 'boolean'])
    .default('number')
    .describe('boolean: ON or OFF, open or closed, true or false'),
  availability: topic
    .optional()
    .describe(
      'Where its device says online or offline: zigbee2mqtt/boiler/availability, tele/boiler/LWT, boiler/status',
    ),
});
type Options = z.output<typeof mqttOptions>;

/** What another device publishes to the broker of the profile. What the broker retains counts as said now. */
export const mqttSensor: SensorKind<typeof mqttOptions> = {
  kind: 'mqtt',
  options: mqttOptions,
  nature: ({ type }) => ({ type, unit: '', decimals: type === 'boolean' ? 0 : 1 }),
  check: (_, { buses }) => reached(buses.broker),
  open: (options, { buses }) => new MqttSensor(options, buses.broker),
};

class MqttSensor implements SensorSource {
  readonly #options: Options;
  readonly #broker: MqttBus;
  readonly #releases: (() => void)[] = [];
  #sink: SensorSink | undefined;
  #grace: NodeJS.Timeout | undefined;

  constructor(options: Options, broker: MqttBus) {
    this.#options = options;
    this.#broker = broker;
  }

  start(sink: SensorSink): void {
    this.#sink = sink;
    const { topic: name, availability } = this.#options;
    const refused = (reason: VedetteError) => this.#end(reason);
    this.#releases.push(
      this.#broker.onStatus((status) => this.#brokerIs(status)),
      this.#broker.subscribe(name, (message) => this.#hear(message), refused),
    );
    if (availability !== undefined) {
      this.#releases.push(
        this.#broker.subscribe(availability, (message) => this.#availability(message), refused),
      );
    }
    this.#brokerIs(this.#broker.status);
  }

  stop(): Promise<void> {
    this.#sink = undefined;
    clearTimeout(this.#grace);
    for (const release of this.#releases.splice(0)) release();
    return Promise.resolve();
  }

  #hear({ payload }: MqttMessage): void {
    const value = messageValue(payload, this.#options);
    if (value !== undefined) this.#sink?.value(value);
  }

  #availability({ payload }: MqttMessage): void {
    if (saysOffline(payload)) this.#end(new VedetteError('mqtt/device-lost'));
  }

  #brokerIs(status: MqttStatus): void {
    if (status.state !== 'away') {
      if (status.state === 'connected') this.#grace = void clearTimeout(this.#grace);
      return;
    }
    const { reason } = status;
    this.#grace ??= setTimeout(() => this.#end(reason), brokerGraceMs);
  }

  #end(reason: VedetteError): void {
    const sink = this.#sink;
    void this.stop();
    sink?.ended(reason);
  }
}

/** What a message says; undefined where it speaks of other things (a part of the JSON that is not there). */
export function messageValue(
  payload: Buffer,
  { path, map }: Pick<Options, 'path' | 'map'>,
): number | undefined {
  if (payload.length > maxBytes) return Number.NaN;
  if (!path) return numberOf(payload.toString('utf8'), map);
  const found = inJson(payload, path);
  return found === undefined ? undefined : numberOf(found, map);
}

/** Zigbee2MQTT says `offline` or `{"state":"offline"}`, Tasmota `Offline`, ESPHome `offline`. */
export function saysOffline(payload: Buffer): boolean {
  if (payload.length > maxBytes) return false;
  const text = payload.toString('utf8').trim();
  if (!text.startsWith('{')) return text.toLowerCase() === 'offline';
  const state = inJson(payload, { text: 'state', steps: ['state'] });
  return typeof state === 'string' && state.toLowerCase() === 'offline';
}

/** What stands there; NaN where the message is no JSON at all. */
function inJson(payload: Buffer, path: JsonPath): unknown {
  try {
    return valueAt(JSON.parse(payload.toString('utf8')), path);
  } catch {
    return Number.NaN;
  }
}

/** Resolves when the broker answers. */
function reached(broker: MqttBus): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (status: MqttStatus) => {
    if (status.state === 'connected') resolve();
    else if (status.state === 'away') reject(status.reason);
  };
  const release = broker.onStatus(look);
  broker.start();
  look(broker.status);
  return promise.finally(release);
}
