import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { durationBetween } from '../../protocol/duration.ts';
import type { Driven, LockBuses, LockDriver, LockKind } from '../kind.ts';
import type { Direction } from '../states.ts';

const away = new VedetteError('lock/broker-away');

const MqttLockOptions = z.strictObject({
  topic: z
    .string()
    .regex(/^[^+#\0]{1,200}$/, 'a topic, with no + or # in it')
    .describe('Where the lock takes its commands'),
  unlock: z.string().min(1).max(500).default('UNLOCK').describe('What opens it'),
  lock: z.string().min(1).max(500).default('LOCK').describe('What locks it'),
  holds: durationBetween('100ms', '1h')
    .optional()
    .describe('It locks by itself after this time: a relay with a timer'),
});
type MqttLockOptions = z.output<typeof MqttLockOptions>;

/**
 * A lock that takes its commands by the broker: sent once, since one that comes late opens a door that nobody stands at.
 * What it says of itself comes by sensors.
 */
export const mqttLock: LockKind<typeof MqttLockOptions> = {
  kind: 'mqtt',
  options: MqttLockOptions,
  holdsMs: ({ holds }) => holds,
  check: async ({ topic }) => [
    { text: `whoever may publish ${topic} at the broker, and whoever runs it, can unlock without us` },
  ],
  open: (options, { buses }) => new MqttLock(options, buses.mqtt),
};

class MqttLock implements LockDriver {
  readonly #options: MqttLockOptions;
  readonly #broker: LockBuses['mqtt'];
  #release: (() => void) | undefined;

  constructor(options: MqttLockOptions, broker: LockBuses['mqtt']) {
    this.#options = options;
    this.#broker = broker;
  }

  async start(blocked: (reason: VedetteError | undefined) => void): Promise<undefined> {
    const broker = this.#broker;
    const tell = () => blocked(broker?.connected ? undefined : away);
    this.#release ??= broker?.onStatus(tell);
    broker?.start();
    tell();
  }

  async drive(to: Direction): Promise<Driven> {
    const broker = this.#broker;
    if (!broker?.connected)
      return {
        result: 'failed',
        moved: false,
        error: new VedetteError('lock/not-driven', { detail: away.message }),
      };
    await broker.publish(this.#options.topic, this.#options[to], { qos: 0, retain: false });
    return { result: 'done' };
  }

  async stop(): Promise<void> {
    this.#release?.();
  }
}
