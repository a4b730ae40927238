import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { IClientOptions, IConnackPacket, MqttClient } from 'mqtt';
import type { Clock, MonotonicMs, WallMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { DurationMs } from '../protocol/duration.ts';
import { connectionTrouble } from './mqtt-reasons.ts';
import type { MqttSettings } from './mqtt-settings.ts';
import { type MqttMessage, Subscriptions } from './mqtt-subscriptions.ts';
import { SendQueue, type Waiting } from './send-queue.ts';
import { isTopic } from './topic-filter.ts';

/** While the broker is away, so much waits; of more, the oldest goes. Days of events, and little memory. */
const queueLimits = { items: 10_000, bytes: 16 * 1024 * 1024 };
/** Messages that are on their way at once. They arrive in order all the same: they share one connection. */
const mostInFlight = 16;
/** A broker that is gone without a word is noticed within one and a half of this (MQTT 5, 3.1.2.10). */
const keepaliveS = 20;
const connectTimeoutMs = 10_000;
/** The first try again: a broker that restarts is there again at once. */
const firstRetryMs = 500;
/** A broker that comes back after hours is found within this. */
const maxRetryMs = 15_000;
/** Stopping waits this long for what is on its way. */
const flushMs = 350;
/** After that, the parting; a broker that does not answer is hung up on. */
const partMs = 200;
/** Of what is sent to us (MQTT 5, 3.1.2.11.4): more than any sensor says, or our own description has. */
const maxPacketBytes = 1024 * 1024;
/** What a packet has besides topic and payload, at most (MQTT 5, 3.3). */
const packetExtraBytes = 64;
/** MQTT 5, 3.14.2.1: the broker shall say our will, though we part in peace. */
const disconnectWithWill = 0x04;

const backoff = new ExponentialBackoff<unknown>({ initialDelay: firstRetryMs, maxDelay: maxRetryMs });

/** What is the case with the broker. `since` is wall time. */
export type MqttStatus =
  /** Nobody needs it yet, or it was stopped. */
  | { readonly state: 'off' }
  | { readonly state: 'connecting'; readonly since: WallMs }
  | { readonly state: 'connected'; readonly since: WallMs }
  /** Not reached or refused; tried again by itself. */
  | { readonly state: 'away'; readonly since: WallMs; readonly reason: VedetteError };

/** What the broker says in our place when we are gone without a word. */
export interface MqttWill {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export interface PublishOptions {
  /** 1 (default): kept and sent again until the broker has it. 0: said once, and forgotten while the broker is away. */
  readonly qos?: 0 | 1;
  /** The broker keeps it for those who come later; false unless told. */
  readonly retain?: boolean;
  /** Of no use after this long: not sent any more, nor kept by the broker. */
  readonly expiryMs?: DurationMs | number;
}

export interface MqttBusOptions {
  readonly settings: MqttSettings;
  /** The device's name; the client id is made from it, where the profile names none. */
  readonly device: string;
  readonly will?: MqttWill;
  readonly clock: Clock;
  readonly log: Logger;
}

type BrokerProperties = NonNullable<IConnackPacket['properties']>;

interface Message extends Waiting {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  readonly settle: PromiseWithResolvers<void>;
}

/**
 * The device's one connection to its MQTT broker (version 5). It begins with the first use, and is made again by itself:
 * subscriptions are renewed, and what was published meanwhile arrives in order.
 */
export class MqttBus {
  readonly #options: MqttBusOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #queue = new SendQueue<Message>(queueLimits);
  readonly #inFlight = new Set<Message>();
  readonly #subscriptions: Subscriptions;
  readonly #connectedListeners = new Set<() => void>();
  readonly #statusListeners = new Set<(status: MqttStatus) => void>();
  #status: MqttStatus = { state: 'off' };
  #client: MqttClient | undefined;
  /** What the broker said it can do. */
  #broker: BrokerProperties = {};
  #backoff: IBackoff<unknown> = backoff.next();
  #trouble: VedetteError | undefined;
  #started = false;
  #stopped = false;
  #idle: (() => void) | undefined;
  #dropped = 0;

  constructor(options: MqttBusOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log.child({ bus: 'mqtt' });
    this.#subscriptions = new Subscriptions(this.#log);
  }

  get status(): MqttStatus {
    return this.#status;
  }

  get connected(): boolean {
    return this.#status.state === 'connected';
  }

  /** Messages that wait, that are on their way, and that were given up for want of room or of time. */
  get counts(): { readonly waiting: number; readonly inFlight: number; readonly dropped: number } {
    return { waiting: this.#queue.length, inFlight: this.#inFlight.size, dropped: this.#dropped };
  }

  /** Tells each change of {@link MqttBus.status}. */
  onStatus(listener: (status: MqttStatus) => void): () => void {
    return added(this.#statusListeners, listener);
  }

  /**
   * Calls `listener` whenever the broker is there anew, once the subscriptions are made and before what waits is sent;
   * at once where it is there already.
   */
  onConnected(listener: () => void): () => void {
    const release = added(this.#connectedListeners, listener);
    this.start();
    if (this.connected) this.#tell([listener], undefined);
    return release;
  }

  /**
   * Hears what is published to `filter`, retained messages first; renewed with every connection.
   *
   * @param filter a topic, or several by `+` and `#`
   * @param refused told where the broker does not allow it
   */
  subscribe(
    filter: string,
    listener: (message: MqttMessage) => void,
    refused?: (reason: VedetteError) => void,
  ): () => void {
    this.start();
    return this.#subscriptions.add(filter, listener, refused);
  }

  /**
   * Publishes; resolves when the broker has it, which may be long where it is away.
   *
   * @throws VedetteError `mqtt/not-published`: it expired, was too much to keep, or the broker refused it
   */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions = {}): Promise<void> {
    this.start();
    if (!isTopic(topic)) return Promise.reject(notPublished('no topic looks like that'));
    if (this.#stopped) return Promise.reject(notPublished('the device stops'));
    const data = Buffer.from(payload as Uint8Array);
    const { qos = 1, retain = false, expiryMs = Number.POSITIVE_INFINITY } = options;
    if (qos === 0) {
      if (this.connected) this.#client?.publish(topic, data, { qos: 0, retain, properties: {} });
      return Promise.resolve();
    }
    const settle = Promise.withResolvers<void>();
    const expiresMs = this.#clock.now() + expiryMs;
    const bytes = data.length + topic.length;
    this.#forget(
      this.#queue.add({ topic, payload: data, retain, settle, expiresMs, bytes }),
      'too much waits for the broker',
    );
    this.#pump();
    return settle.promise;
  }

  /** Begins to connect; subscribing and publishing do so too. Idempotent. */
  start(): void {
    if (this.#started || this.#stopped) return;
    this.#started = true;
    this.#setStatus({ state: 'connecting', since: this.#clock.wall() });
    void this.#connect();
  }

  /** Sends what it can and parts from the broker, which says our will; within 0.6 s in all. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const client = this.#client;
    if (client && this.connected && (this.#inFlight.size > 0 || this.#queue.length > 0))
      await this.#flushed();
    this.#client = undefined;
    if (client) await ended(client);
    this.#forget([...this.#inFlight, ...this.#queue.clear()], 'the device stops');
    this.#inFlight.clear();
    this.#setStatus({ state: 'off' });
  }

  async #connect(): Promise<void> {
    const { connect } = await import('mqtt');
    if (this.#stopped) return;
    const client = connect(this.#options.settings.url, this.#clientOptions());
    this.#client = client;
    client.on('connect', (connack) => void this.#onConnect(client, connack.properties ?? {}));
    client.on('message', (topic, payload, packet) => this.#subscriptions.take(topic, payload, packet));
    client.on('error', (error) => {
      this.#trouble = connectionTrouble(error);
    });
    client.on('disconnect', ({ reasonCode }) => {
      this.#trouble = connectionTrouble({ message: '', code: reasonCode ?? 0 });
    });
    client.on('reconnect', () => {
      this.#backoff = this.#backoff.next(undefined);
      client.options.reconnectPeriod = this.#backoff.duration;
    });
    client.on('close', () => this.#away());
  }

  #clientOptions(): IClientOptions {
    const { settings, device, will } = this.#options;
    return {
      protocolVersion: 5,
      clientId: settings.clientId ?? `vedette-${device}`,
      clean: true,
      // Longer ones the broker keeps: what is retained there is anybody's.
      properties: { maximumPacketSize: maxPacketBytes },
      keepalive: keepaliveS,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: this.#backoff.duration,
      // A refused password may be set right at the broker.
      reconnectOnConnackError: true,
      // We renew subscriptions ourselves, before we tell that the broker is there.
      resubscribe: false,
      ...(settings.username !== undefined && { username: settings.username }),
      ...(settings.password && { password: settings.password.reveal() }),
      ...(settings.ca !== undefined && { ca: settings.ca }),
      rejectUnauthorized: settings.verify,
      ...(will && { will: { ...will, payload: Buffer.from(will.payload), qos: 1 } }),
    };
  }

  async #onConnect(client: MqttClient, properties: BrokerProperties): Promise<void> {
    this.#broker = properties;
    await this.#subscriptions.renew(client, properties.subscriptionIdentifiersAvailable !== false);
    if (this.#client !== client || this.#stopped || !client.connected) return;
    this.#trouble = undefined;
    this.#backoff = backoff.next();
    client.options.reconnectPeriod = this.#backoff.duration;
    this.#log.info('the MQTT broker is there');
    this.#setStatus({ state: 'connected', since: this.#clock.wall() });
    this.#tell(this.#connectedListeners, undefined);
    this.#pump();
  }

  #away(): void {
    this.#subscriptions.lost();
    if (this.#stopped) return;
    const reason = this.#trouble ?? new VedetteError('mqtt/unreachable', { detail: 'it does not answer' });
    this.#trouble = undefined;
    const known = this.#status.state === 'away' && this.#status.reason.message === reason.message;
    if (known) return;
    // Said once for a reason, not for each try.
    this.#log.warn({ code: reason.code }, reason.message);
    this.#setStatus({ state: 'away', since: this.#clock.wall(), reason });
  }

  #pump(): void {
    const client = this.#client;
    if (!client || !this.connected) return;
    const most = Math.min(mostInFlight, this.#broker.receiveMaximum ?? mostInFlight);
    while (this.#inFlight.size < most) {
      const { next, expired } = this.#queue.take(this.#clock.now());
      this.#forget(expired, 'it waited too long');
      if (!next) break;
      this.#send(client, next);
    }
    if (this.#inFlight.size === 0) this.#idle?.();
  }

  #send(client: MqttClient, message: Message): void {
    const { topic, payload, retain, bytes, expiresMs, settle } = message;
    const maxBytes = this.#broker.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    if (bytes + packetExtraBytes > maxBytes) {
      this.#forget([message], `the broker takes at most ${maxBytes} bytes`);
      return;
    }
    this.#inFlight.add(message);
    const properties = expiryProperty(expiresMs, this.#clock.now());
    client.publish(topic, payload, { qos: 1, retain, properties }, (error) => {
      if (!this.#inFlight.delete(message)) return;
      if (error) settle.reject(notPublished(error.message));
      else settle.resolve();
      this.#pump();
    });
  }

  #flushed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, flushMs);
    this.#idle = resolve;
    this.#pump();
    return promise.finally(() => clearTimeout(timer));
  }

  #forget(messages: readonly Message[], detail: string): void {
    for (const { settle } of messages) {
      this.#dropped += 1;
      settle.reject(notPublished(detail));
    }
  }

  #setStatus(status: MqttStatus): void {
    this.#status = status;
    this.#tell(this.#statusListeners, status);
  }

  /** A listener that throws is logged and breaks nobody. */
  #tell<Fact>(listeners: Iterable<(fact: Fact) => void>, fact: Fact): void {
    for (const listener of [...listeners]) {
      try {
        listener(fact);
      } catch (error) {
        this.#log.error({ err: error }, 'a listener of the MQTT broker failed');
      }
    }
  }
}

function added<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function notPublished(detail: string): VedetteError {
  return new VedetteError('mqtt/not-published', { detail });
}

/** MQTT 5, 3.3.2.3.3: whole seconds. */
function expiryProperty(expiresMs: number, now: MonotonicMs): { messageExpiryInterval?: number } {
  if (!Number.isFinite(expiresMs)) return {};
  return { messageExpiryInterval: Math.max(1, Math.ceil((expiresMs - now) / 1000)) };
}

/** Parts from the broker in peace where it is there, and hangs up otherwise. */
function ended(client: MqttClient): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const hangUp = setTimeout(() => client.end(true, {}, () => resolve()), partMs);
  // What it still waits for would hold the parting back; we have waited for it.
  client.outgoing = {};
  client.end(!client.connected, { reasonCode: disconnectWithWill }, () => resolve());
  return promise.finally(() => clearTimeout(hangUp));
}
