import { connect, type MqttClient } from 'mqtt';
import { type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';

/** One message on its way from one side to the other. */
export interface Carried {
  readonly topic: string;
  readonly envelope: string;
}

/** What the broker makes of a message: what it passes on in its place, in this order. */
export type Whim = (carried: Carried) => readonly Carried[] | Promise<readonly Carried[]>;

const honest: Whim = (carried) => [carried];

/**
 * A broker that is against both sides. Two real ones, of which the device knows one and viewers the other, with a program
 * between them that hears everything, and passes on what it likes.
 */
export class HostileBroker {
  /** Where the device connects to. */
  readonly deviceUrl: string;
  /** Where viewers connect to. */
  readonly viewersUrl: string;
  /** All that went by, as it came. */
  readonly seen: Carried[] = [];
  /** What it does on the way to the device, and to viewers. */
  toDevice: Whim = honest;
  toViewer: Whim = honest;
  readonly #device: MqttClient;
  readonly #viewers: MqttClient;
  readonly #brokers: { readonly device: Mosquitto; readonly viewers: Mosquitto };

  static async start(): Promise<HostileBroker> {
    const [device, viewers] = await Promise.all([startMosquitto(), startMosquitto()]);
    const broker = new HostileBroker({ device, viewers });
    await broker.#listen();
    return broker;
  }

  private constructor(brokers: { readonly device: Mosquitto; readonly viewers: Mosquitto }) {
    this.#brokers = brokers;
    this.deviceUrl = brokers.device.url;
    this.viewersUrl = brokers.viewers.url;
    this.#device = connect(this.deviceUrl, { protocolVersion: 5 });
    this.#viewers = connect(this.viewersUrl, { protocolVersion: 5 });
  }

  /** Says something to the device in a viewer's place. */
  async tellDevice({ topic, envelope }: Carried, retain = false): Promise<void> {
    await this.#device.publishAsync(topic, envelope, { qos: 1, retain });
  }

  /** Both sides' words go by again as they came. */
  beHonest(): void {
    this.toDevice = honest;
    this.toViewer = honest;
  }

  /** Is killed, and comes back. */
  async restart(): Promise<void> {
    const back = [connected(this.#device), connected(this.#viewers)];
    for (const broker of [this.#brokers.device, this.#brokers.viewers]) {
      await broker.kill();
      await broker.start();
    }
    await Promise.all(back);
  }

  /** The device's connection stays as it is, and carries nothing. */
  pause(paused: boolean): void {
    this.#brokers.device.pause(paused);
  }

  /** Takes the place of a client, who comes back (MQTT 5, 3.1.4). */
  async putOut(clientId: string): Promise<void> {
    const other = connect(this.deviceUrl, { protocolVersion: 5, clientId, reconnectPeriod: 0 });
    await connected(other);
    await other.endAsync(true);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#device.endAsync(true), this.#viewers.endAsync(true)]);
    await Promise.all([this.#brokers.device.stop(), this.#brokers.viewers.stop()]);
  }

  async #listen(): Promise<void> {
    this.#carry(this.#viewers, (carried) => this.toDevice(carried), this.#device);
    this.#carry(this.#device, (carried) => this.toViewer(carried), this.#viewers);
    await Promise.all([
      this.#viewers.subscribeAsync('+/+/+/in/+', { qos: 1 }),
      this.#device.subscribeAsync('+/+/+/out/+', { qos: 1 }),
    ]);
  }

  #carry(from: MqttClient, whim: Whim, to: MqttClient): void {
    from.on('message', (topic, payload) => {
      const carried = { topic, envelope: payload.toString() };
      this.seen.push(carried);
      void Promise.resolve(whim(carried)).then((given) => {
        for (const each of given) to.publish(each.topic, each.envelope, { qos: 1 });
      });
    });
  }
}

const connected = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once('connect', () => resolve()));
