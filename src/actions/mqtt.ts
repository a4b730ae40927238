import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { DeviceEvent } from '../protocol/alarm.ts';
import { durationBetween } from '../protocol/duration.ts';
import type { Publisher } from './buses.ts';
import type { Attempt } from './delivery.ts';
import type { Action, ActionKind, ActionParts, Occasion } from './kind.ts';
import type { Lane } from './lane.ts';
import { fill, template } from './template.ts';

export const MqttOptions = z.strictObject({
  topic: z
    .string()
    .regex(/^[^+#\0]{1,200}$/, 'a topic, with no + or # in it')
    .describe('Where it is published'),
  payload: template(4_000)
    .optional()
    .describe('What; {title}, {value} and the like stand for what happened. All of it as JSON by default'),
  qos: z
    .union([z.literal(0), z.literal(1)])
    .default(1)
    .describe('1: until the broker has it; 0: once'),
  retain: z
    .boolean()
    .default(false)
    .describe('The broker keeps it for those who come later; never for a command'),
  expires: durationBetween('1s', '30d').prefault('1d').describe('After this time nobody wants it any more'),
});
type MqttOptions = z.output<typeof MqttOptions>;

const Kept = z.strictObject({ event: DeviceEvent, on: z.enum(['raise', 'escalate', 'clear', 'fault']) });

/** Publishes what happened; while the broker is away it waits, over a restart too, and arrives in order. */
export const mqttAction: ActionKind<typeof MqttOptions> = {
  kind: 'mqtt',
  options: MqttOptions,
  check: async ({ topic }) => [{ text: `whoever reads ${topic} at the broker is told what happens` }],
  open: (options, parts) => new MqttAction(options, parts),
};

class MqttAction implements Action {
  readonly #options: MqttOptions;
  readonly #parts: ActionParts;
  #lane: Lane<Occasion> | undefined;
  #release: (() => void) | undefined;

  constructor(options: MqttOptions, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { buses, name, outbox, failed } = this.#parts;
    const broker = buses.mqtt;
    if (!broker) return;
    this.#lane = outbox.open<Occasion>({
      target: name,
      payload: Kept,
      expiresAfterMs: this.#options.expires,
      send: (occasion, { leftMs }, signal) => this.#send(broker, occasion, leftMs, signal),
      lost: ({ event }, error) => failed(error, event),
    });
    this.#release = broker.onConnected(() => this.#lane?.poke());
  }

  async run({ event, on }: Occasion): Promise<void> {
    if (!this.#lane) throw new VedetteError('mqtt/not-configured');
    await this.#lane.add({ event, on });
  }

  async stop(): Promise<void> {
    this.#release?.();
  }

  async #send(broker: Publisher, occasion: Occasion, leftMs: number, signal: AbortSignal): Promise<Attempt> {
    if (!broker.connected) return { result: 'later', reason: 'the broker is away' };
    const { topic, payload, qos, retain } = this.#options;
    const { device } = this.#parts;
    const { event, on } = occasion;
    const text =
      payload === undefined ? JSON.stringify({ device: device.name, on, event }) : fill(payload, occasion);
    const stopped = Promise.withResolvers<Attempt>();
    const stop = () => stopped.resolve({ result: 'later', reason: 'the device stops' });
    signal.addEventListener('abort', stop);
    const published = broker.publish(topic, text, { qos, retain, expiryMs: leftMs }).then(
      (): Attempt => ({ result: 'delivered' }),
      (error: Error): Attempt =>
        broker.connected && !signal.aborted
          ? { result: 'refused', reason: error.message }
          : { result: 'later', reason: 'the broker is away' },
    );
    const attempt = await Promise.race([published, stopped.promise]);
    signal.removeEventListener('abort', stop);
    return attempt;
  }
}
