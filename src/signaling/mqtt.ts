import type { MqttBus } from '../buses/mqtt.ts';
import type { MqttMessage } from '../buses/mqtt-subscriptions.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { maxSealedChars } from '../protocol/sealed.ts';
import { TokenBucket } from '../token-bucket.ts';
import { SealedEnd, type SealedHost } from './sealed-end.ts';

/** Conversations at once; of more, the one that has been silent longest ends. Its session goes on without it. */
const maxConversations = 32;
/** New ones at once, and a second from then on: each costs a key agreement and two signatures. */
const burst = 16;
const perSecond = 1;
/** A description is of no use after that; the broker need not keep it. */
const expiryMs = 30_000;
const sessionPattern = /^[A-Za-z0-9_-]{22}$/;

/** What stands on a device's presence; on that of an earlier key of it, where it went. */
export const signalPresence = { here: 'online', gone: 'offline' } as const;

/** Where a device and its viewers leave word for each other at a broker. */
export interface SignalTopics {
  /** Viewer to device, a topic a conversation. */
  toDevice(session: string): string;
  /** Device to viewer. */
  toViewer(session: string): string;
  /** Retained: whether the device is there. The broker says `offline` for it when it is gone without a word. */
  readonly presence: string;
}

/** @param id the device's: SHA-256 of its key, so that no two devices share a topic by their names */
export function signalTopics(prefix: string, id: string): SignalTopics {
  const base = `${prefix}/${id}`;
  return {
    toDevice: (session) => `${base}/in/${session}`,
    toViewer: (session) => `${base}/out/${session}`,
    presence: `${base}/presence`,
  };
}

export interface MqttSignalingOptions {
  readonly bus: Pick<MqttBus, 'subscribe' | 'publish' | 'onConnected'>;
  readonly topics: SignalTopics;
  /** What stays at the presence of each earlier key of the device. */
  readonly moved?: { readonly presences: readonly string[]; readonly text: string };
  readonly host: SealedHost;
  /** The broker had kept a request, which was refused. */
  kept(): void;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Signaling over a broker that nobody trusts: sealed conversations, each on a topic of its own. The broker keeps nothing
 * but presence, and what it kept of others is refused.
 */
export class MqttSignaling {
  readonly #options: MqttSignalingOptions;
  readonly #log: Logger;
  /** The one that was silent longest first. */
  readonly #ends = new Map<string, SealedEnd>();
  readonly #releases: (() => void)[] = [];
  readonly #budget: TokenBucket;

  constructor(options: MqttSignalingOptions) {
    this.#options = options;
    this.#log = options.log.child({ signaling: 'mqtt' });
    this.#budget = new TokenBucket(burst, perSecond, options.clock.now());
  }

  start(): void {
    const { bus, topics, moved } = this.#options;
    this.#releases.push(
      bus.subscribe(topics.toDevice('+'), (message) => this.#take(message)),
      bus.onConnected(() => {
        this.#publish(topics.presence, signalPresence.here, true);
        if (moved) for (const presence of moved.presences) this.#publish(presence, moved.text, true);
      }),
    );
  }

  /** Takes nothing more; the broker says the last will. Idempotent. */
  stop(): void {
    for (const release of this.#releases.splice(0)) release();
    for (const end of [...this.#ends.values()]) end.end('the device stops');
  }

  #take({ topic, payload, retained }: MqttMessage): void {
    const session = topic.slice(topic.lastIndexOf('/') + 1);
    if (retained) {
      this.#log.warn({ topic }, 'the broker had kept a request, which is refused');
      this.#options.kept();
      return;
    }
    if (!sessionPattern.test(session) || payload.length > maxSealedChars) return;
    const end = this.#ends.get(session) ?? this.#begin(session);
    if (!end) return;
    this.#ends.delete(session); // the map's order is that of the last word
    this.#ends.set(session, end);
    end.receive(payload.toString('utf8'));
  }

  #begin(session: string): SealedEnd | undefined {
    const { host, clock, topics } = this.#options;
    if (!this.#budget.take(clock.now())) return undefined;
    if (this.#ends.size >= maxConversations) {
      const [oldest] = this.#ends.values();
      oldest?.end('others came');
    }
    const end = new SealedEnd(host, {
      send: (envelope) => this.#publish(topics.toViewer(session), envelope, false),
      over: (reason, error) => {
        this.#ends.delete(session);
        if (error === undefined) this.#log.info({ reason }, 'a sealed conversation ended');
        else this.#log.error({ err: error }, 'a sealed conversation failed');
      },
    });
    return end;
  }

  #publish(topic: string, text: string, retain: boolean): void {
    this.#options.bus
      .publish(topic, text, { retain, ...(retain ? {} : { expiryMs }) })
      .catch((error: Error) =>
        this.#log.info({ reason: error.message }, 'nothing could be said over the broker'),
      );
  }
}
