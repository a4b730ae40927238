import { z } from 'zod';
import type { MqttBus, MqttStatus } from '../buses/mqtt.ts';
import type { MqttMessage } from '../buses/mqtt-subscriptions.ts';
import { isTopicFilter } from '../buses/topic-filter.ts';
import type { Clock, MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import { type JsonPath, JsonPathText, valueAt } from './json-path.ts';
import type { SensorKind, SensorSink, SensorSource } from './kind.ts';
import { numberOf, TextMap } from './text-value.ts';

/** A broker that restarts is back within this; only then its sensors are gone with it. */
const brokerGraceMs = 5_000;
/**
 * A broker says what it retains at once. A device that has said nothing of itself within this is taken to be online, and
 * one that speaks so shortly before it says that it is online speaks as one that is back.
 */
const availabilityGraceMs = 1_000;
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

/**
 * What another device publishes to the broker of the profile. What the broker retains counts as said now, except of a
 * device that says it is offline: what it said before is not believed, nor anything until it is online again.
 */
export const mqttSensor: SensorKind<typeof mqttOptions> = {
  kind: 'mqtt',
  options: mqttOptions,
  nature: ({ type }) => ({ type, unit: '', decimals: type === 'boolean' ? 0 : 1 }),
  check: (_, { buses }) => reached(buses.broker),
  open: (options, { buses, clock }) => new MqttSensor(options, buses.broker, clock),
};

class MqttSensor implements SensorSource {
  readonly #options: Options;
  readonly #broker: MqttBus;
  readonly #clock: Clock;
  readonly #releases: (() => void)[] = [];
  #sink: SensorSink | undefined;
  #grace: NodeJS.Timeout | undefined;
  #device: 'unknown' | 'online' | 'offline' = 'online';
  /** Its last value, until it is known whether it is online. */
  #held: { readonly value: number; readonly at: MonotonicMs } | undefined;
  #holding: NodeJS.Timeout | undefined;

  constructor(options: Options, broker: MqttBus, clock: Clock) {
    this.#options = options;
    this.#broker = broker;
    this.#clock = clock;
  }

  start(sink: SensorSink): void {
    this.#sink = sink;
    const { topic: name, availability } = this.#options;
    const refused = (reason: VedetteError) => this.#end(reason);
    this.#releases.push(this.#broker.onStatus((status) => this.#brokerIs(status)));
    if (availability !== undefined) {
      this.#device = 'unknown';
      // First, so that the broker says it first.
      this.#releases.push(
        this.#broker.subscribe(availability, (message) => this.#availability(message), refused),
      );
    }
    this.#releases.push(this.#broker.subscribe(name, (message) => this.#hear(message), refused));
    this.#brokerIs(this.#broker.status);
  }

  stop(): Promise<void> {
    this.#sink = undefined;
    clearTimeout(this.#grace);
    clearTimeout(this.#holding);
    for (const release of this.#releases.splice(0)) release();
    return Promise.resolve();
  }

  #hear({ payload, retained }: MqttMessage): void {
    const value = messageValue(payload, this.#options);
    if (value === undefined) return;
    if (this.#device === 'online') this.#sink?.value(value);
    // Of one that is offline, what the broker retains is old; what is said now may come just before it is online.
    else if (this.#device === 'unknown' || !retained) this.#hold(value);
  }

  #hold(value: number): void {
    this.#held = { value, at: this.#clock.now() };
    if (this.#device === 'unknown') this.#holding ??= setTimeout(() => this.#online(), availabilityGraceMs);
  }

  #availability({ payload }: MqttMessage): void {
    if (!saysOffline(payload)) {
      this.#online();
      return;
    }
    this.#holding = void clearTimeout(this.#holding);
    this.#held = undefined;
    if (this.#device === 'offline') return;
    this.#device = 'offline';
    this.#sink?.away(new VedetteError('mqtt/device-lost'));
  }

  #online(): void {
    this.#holding = void clearTimeout(this.#holding);
    const held = this.#held;
    this.#held = undefined;
    const waited = this.#device === 'offline' ? availabilityGraceMs : Number.POSITIVE_INFINITY;
    this.#device = 'online';
    if (held && this.#clock.now() - held.at <= waited) this.#sink?.value(held.value);
  }

  #brokerIs(status: MqttStatus): void {
    if (status.state !== 'away') {
      if (status.state === 'connected') this.#grace = void clearTimeout(this.#grace);
      return;
    }
    // What it says of the device when it is back counts, not what was before.
    if (this.#options.availability !== undefined) this.#device = 'unknown';
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
