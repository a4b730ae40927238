import type { Away } from '../../identity/away.ts';
import { keyIdOf } from '../../identity/keys.ts';
import { greet, type SealedChannel, type Speaker } from '../../identity/sealed-channel.ts';
import type { Line, LineEvents } from '../line.ts';
import { meet, topicsOf } from './broker.ts';

/** The device's first word comes by then, or it is not there. */
const welcomeTimeoutMs = 8_000;

export interface SealedLineEvents extends LineEvents {
  /** The device is there, and this side may speak first. */
  ready?(): void;
}

/** A line over a broker that nobody trusts: sealed to the device and signed by this browser's key. */
export function openSealedLine(away: Away, own: Speaker, events: SealedLineEvents): Line {
  return new SealedLine(away, own, events);
}

class SealedLine implements Line {
  readonly #events: SealedLineEvents;
  #channel: SealedChannel | undefined;
  #broker: Awaited<ReturnType<typeof meet>> | undefined;
  #closed = false;
  /** The first envelope; the broker may bring it again. */
  #welcome = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Envelopes are opened in their order, and sealed in theirs. */
  #opening: Promise<void>;
  #sealing: Promise<void> = Promise.resolve();

  constructor(away: Away, own: Speaker, events: SealedLineEvents) {
    this.#events = events;
    this.#opening = this.#begin(away, own).catch(() => this.#lost());
  }

  get open(): boolean {
    return this.#channel !== undefined && !this.#closed;
  }

  send(text: string): void {
    // Nobody writes before the device's first word, which comes after the welcome.
    const channel = this.#channel;
    if (!channel || this.#closed) return;
    this.#sealing = this.#sealing
      .then(async () => this.#broker?.send(await channel.seal(text)))
      .catch(() => this.#lost());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    // What was said last shall still leave.
    void this.#sealing.then(() => this.#broker?.close());
  }

  async #begin(away: Away, own: Speaker): Promise<void> {
    const greeting = await greet({ publicKey: away.device, sealKey: away.seal }, own);
    const welcome = Promise.withResolvers<string>();
    const topics = topicsOf(away, await keyIdOf(away.device), greeting.session);
    this.#broker = await meet(away, topics, {
      message: (envelope) => {
        welcome.resolve(envelope); // the first one
        this.#opening = this.#opening.then(() => this.#open(envelope)).catch(() => this.#lost());
      },
      lost: () => {
        welcome.reject(new Error('the broker is gone'));
        this.#lost();
      },
    });
    if (this.#closed) {
      this.#broker.close();
      return;
    }
    this.#timer = setTimeout(() => welcome.reject(new Error('no device answers')), welcomeTimeoutMs);
    this.#broker.send(greeting.hello);
    const first = await welcome.promise;
    clearTimeout(this.#timer);
    this.#welcome = first;
    this.#channel = await greeting.welcomed(first);
    if (!this.#closed) this.#events.ready?.();
  }

  async #open(envelope: string): Promise<void> {
    if (this.#closed || envelope === this.#welcome) return;
    const text = await this.#channel?.open(envelope);
    if (text !== undefined && !this.#closed) this.#events.message(text);
  }

  #lost(): void {
    if (this.#closed) return;
    this.close();
    this.#events.lost();
  }
}
