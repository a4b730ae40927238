import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { Gpio } from './gpio.ts';
import { I2cBus } from './i2c.ts';
import { type ModbusAddress, ModbusLink } from './modbus.ts';
import { MqttBus, type MqttWill } from './mqtt.ts';
import type { MqttSettings } from './mqtt-settings.ts';
import { SerialLine } from './serial-line.ts';
import type { SerialSettings } from './serial-port.ts';
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
  /** Lines that are watched and driven. */
  readonly gpio: Gpio;
  /** 1-Wire: the kernel's, which does one thing at a time and holds a thread while it does. */
  readonly w1 = new Turns();
  readonly #lines = new Map<string, SerialLine>();
  readonly #i2c = new Map<number, I2cBus>();
  readonly #links = new Map<string, ModbusLink>();

  constructor({ device, mqtt, will, clock, log }: BusesOptions) {
    this.gpio = new Gpio({ clock, log });
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

  /** An I2C bus: 1 is /dev/i2c-1. */
  i2c(bus: number): I2cBus {
    const there = this.#i2c.get(bus) ?? new I2cBus(bus);
    this.#i2c.set(bus, there);
    return there;
  }

  /**
   * A serial line on which a device says text.
   *
   * @throws VedetteError `serial/unusable` where another sensor has set it otherwise
   */
  serial(settings: SerialSettings): SerialLine {
    const { path } = settings;
    const line = this.#lines.get(path) ?? new SerialLine(settings);
    if (!isDeepStrictEqual(line.settings, settings) || this.#links.has(path)) throw setOtherwise(path);
    this.#lines.set(path, line);
    return line;
  }

  /**
   * The Modbus devices at an address.
   *
   * @throws VedetteError `serial/unusable` where another sensor has set the line otherwise
   */
  modbus(address: ModbusAddress): ModbusLink {
    const name = 'path' in address ? address.path : `${address.host}:${address.port}`;
    const link = this.#links.get(name) ?? new ModbusLink(address);
    if (!isDeepStrictEqual(link.address, address) || this.#lines.has(name)) throw setOtherwise(name);
    this.#links.set(name, link);
    return link;
  }

  /** Closes all of them. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([
      this.mqtt?.stop(),
      this.gpio.stop(),
      ...[...this.#lines.values()].map((line) => line.close()),
      ...[...this.#i2c.values()].map((bus) => bus.stop()),
      ...[...this.#links.values()].map((link) => link.stop()),
    ]);
  }
}

function setOtherwise(path: string): VedetteError {
  return new VedetteError('serial/unusable', { path, detail: 'another sensor sets it otherwise' });
}
