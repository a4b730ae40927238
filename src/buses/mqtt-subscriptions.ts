import type { IPublishPacket, MqttClient } from 'mqtt';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { isTopicFilter, topicMatches } from './topic-filter.ts';

/** What somebody published. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker had kept it: it was said before we listened. It may come again when others begin to listen. */
  readonly retained: boolean;
}

interface Listener {
  readonly hear: (message: MqttMessage) => void;
  readonly refused: ((reason: VedetteError) => void) | undefined;
}

interface Subscription {
  /** Subscription identifier (MQTT 5, 3.8.2.1.2): the broker names those that a message is for. */
  readonly id: number;
  readonly listeners: Set<Listener>;
}

/** Who listens to what, over all connections. */
export class Subscriptions {
  readonly #log: Logger;
  readonly #byFilter = new Map<string, Subscription>();
  #nextId = 1;
  #client: MqttClient | undefined;
  #identified = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Begins to listen; with the broker there, at once. */
  add(
    filter: string,
    hear: (message: MqttMessage) => void,
    refused?: (reason: VedetteError) => void,
  ): () => void {
    if (!isTopicFilter(filter)) {
      refused?.(
        new VedetteError('mqtt/no-subscription', { topic: filter, detail: 'no topic looks like that' }),
      );
      return () => {};
    }
    const subscription = this.#byFilter.get(filter) ?? { id: this.#nextId++, listeners: new Set() };
    this.#byFilter.set(filter, subscription);
    const listener = { hear, refused };
    subscription.listeners.add(listener);
    // Even where we have it already: the broker says again what it retains.
    if (this.#client) void this.#subscribe(this.#client, filter, subscription);
    return () => {
      if (!subscription.listeners.delete(listener) || subscription.listeners.size > 0) return;
      this.#byFilter.delete(filter);
      this.#client?.unsubscribe(filter, () => {});
    };
  }

  /**
   * Subscribes to all at a connection that has just been made.
   *
   * @param identified whether this broker knows subscription identifiers
   */
  async renew(client: MqttClient, identified: boolean): Promise<void> {
    this.#client = client;
    this.#identified = identified;
    await Promise.all([...this.#byFilter].map((entry) => this.#subscribe(client, ...entry)));
  }

  /** The connection is gone. */
  lost(): void {
    this.#client = undefined;
  }

  /** Hands a message to those it is for. */
  take(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const message = { topic, payload, retained: packet.retain };
    const named = packet.properties?.subscriptionIdentifier;
    const ids = named === undefined ? undefined : [named].flat();
    for (const [filter, { id, listeners }] of this.#byFilter) {
      if (ids ? !ids.includes(id) : !topicMatches(filter, topic)) continue;
      for (const { hear } of [...listeners]) {
        try {
          hear(message);
        } catch (error) {
          this.#log.error({ err: error }, 'a listener of an MQTT topic failed');
        }
      }
    }
  }

  /** Resolves when the broker has answered, or is gone. */
  #subscribe(client: MqttClient, filter: string, { id, listeners }: Subscription): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const options = {
      qos: 1,
      ...(this.#identified && { properties: { subscriptionIdentifier: id } }),
    } as const;
    client.subscribe(filter, options, (error) => {
      resolve();
      if (!error || client !== this.#client || !client.connected) return;
      const reason = new VedetteError('mqtt/no-subscription', { topic: filter, detail: error.message });
      this.#log.warn({ code: reason.code }, reason.message);
      for (const { refused } of [...listeners]) refused?.(reason);
    });
    return promise;
  }
}
