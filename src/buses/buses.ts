import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { MqttBus, type MqttWill } from './mqtt.ts';
import type { MqttSettings } from './mqtt-settings.ts';
import { Turns } from './turns.ts';

export interface BusesOptions {
  /** The device's name. */
  readonly device: string;
  /** Undefined where the profile names no broker. */
  readonly mqtt?: MqttSettings | undefined;
  /** What the broker says when the device is gone. */
  readonly will?: MqttWill | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What hangs on this device, one owner a bus. Each is opened by its first use; its library is loaded then. */
export class Buses {
  /** Undefined where the profile names no broker. */
  readonly mqtt: MqttBus | undefined;
  /** 1-Wire: the kernel's, which does one thing at a time and holds a thread while it does. */
  readonly w1 = new Turns();

  constructor({ device, mqtt, will, clock, log }: BusesOptions) {
    this.mqtt = mqtt && new MqttBus({ settings: mqtt, device, ...(will && { will }), clock, log });
  }

  /**
   * The broker.
   *
   * @throws VedetteError `mqtt/not-configured`
   */
  get broker(): MqttBus {
    if (!this.mqtt) throw new VedetteError('mqtt/not-configured');
    return this.mqtt;
  }

  /** Closes all of them. Idempotent. */
  async stop(): Promise<void> {
    await this.mqtt?.stop();
  }
}
