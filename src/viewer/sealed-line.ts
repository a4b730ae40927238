import { type DeviceKeys, greet, type SealedChannel, type Speaker } from '../identity/sealed-channel.ts';
import type { Receipt } from '../protocol/request.ts';
import { maxSealedChars, type SealedAsk, SealedReceipt } from '../protocol/sealed.ts';
import type { Line, LineEvents } from './line.ts';
import { readJson } from './signaling.ts';

/** The device's first word comes by then, or it is not there. */
const welcomeTimeoutMs = 8_000;

/** What brings envelopes to the device and back, and is trusted with nothing. */
export interface Carrier {
  send(envelope: string): void;
  /** Idempotent. */
  close(): void;
}

export interface CarrierEvents {
  message(envelope: string): void;
  /** Idempotent. */
  lost(): void;
}

/** Opens what carries the conversation of this id. It may reject: nobody is reached then. */
export type OpenCarrier = (session: string, events: CarrierEvents) => Promise<Carrier>;

export interface SealedLineEvents extends LineEvents {
  /** The device is there, and this side may speak first. */
  ready?(): void;
  /** What a request came to that was asked on this line. */
  receipt?(receipt: Receipt): void;
}

/** A line that also takes requests. */
export interface SealedLine extends Line {
  /** Asks the device; nothing is heard where the line is not open. */
  ask(request: string): void;
}

/** Who talks to whom. */
export interface SealedEnds {
  readonly device: DeviceKeys;
  readonly own: Speaker;
}

/**
 * A line over a carrier that nobody trusts: sealed to the device and signed by this browser's key. What does not fit ends it
 * before anything of it is believed.
 * @param ends undefined where there is nobody to talk to, or with: the line is lost then
 */
export function openSealedLine(
  ends: Promise<SealedEnds | undefined>,
  carrier: OpenCarrier,
  events: SealedLineEvents,
): SealedLine {
  return new OpenedLine(ends, carrier, events);
}

class OpenedLine implements SealedLine {
  readonly #events: SealedLineEvents;
  #channel: SealedChannel | undefined;
  #carrier: Carrier | undefined;
  #closed = false;
  /** The first envelope; the carrier may bring it again. */
  #welcome = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Envelopes are opened in their order, and sealed in theirs. */
  #opening: Promise<void>;
  #sealing: Promise<void> = Promise.resolve();

  constructor(ends: Promise<SealedEnds | undefined>, carrier: OpenCarrier, events: SealedLineEvents) {
    this.#events = events;
    this.#opening = this.#begin(ends, carrier).catch(() => this.#lost());
  }

  get open(): boolean {
    return this.#channel !== undefined && !this.#closed;
  }

  send(text: string): void {
    // Nobody writes before the device's first word, which comes after the welcome.
    const channel = this.#channel;
    if (!channel || this.#closed) return;
    this.#sealing = this.#sealing
      .then(async () => this.#carrier?.send(await channel.seal(text)))
      .catch(() => this.#lost());
  }

  ask(request: string): void {
    this.send(JSON.stringify({ type: 'ask', request } satisfies SealedAsk));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    // What was said last shall still leave.
    void this.#sealing.then(() => this.#carrier?.close());
  }

  async #begin(given: Promise<SealedEnds | undefined>, openCarrier: OpenCarrier): Promise<void> {
    const ends = await given;
    if (!ends) throw new Error('nobody is known');
    const greeting = await greet(ends.device, ends.own);
    const welcome = Promise.withResolvers<string>();
    welcome.promise.catch(() => undefined); // it may be lost before anybody waits for it
    const carrier = await openCarrier(greeting.session, {
      message: (envelope) => {
        welcome.resolve(envelope); // the first one
        this.#opening = this.#opening.then(() => this.#open(envelope)).catch(() => this.#lost());
      },
      lost: () => {
        welcome.reject(new Error('the carrier is gone'));
        this.#lost();
      },
    });
    this.#carrier = carrier;
    if (this.#closed) {
      carrier.close();
      return;
    }
    this.#timer = setTimeout(() => welcome.reject(new Error('no device answers')), welcomeTimeoutMs);
    carrier.send(greeting.hello);
    const first = await welcome.promise;
    clearTimeout(this.#timer);
    this.#welcome = first;
    this.#channel = await greeting.welcomed(first);
    if (!this.#closed) this.#events.ready?.();
  }

  async #open(envelope: string): Promise<void> {
    if (this.#closed || envelope === this.#welcome) return;
    const text = await this.#channel?.open(envelope);
    if (text === undefined || this.#closed) return;
    const said = readJson(text, SealedReceipt, maxSealedChars);
    if (said) this.#events.receipt?.(said.receipt);
    else this.#events.message(text);
  }

  #lost(): void {
    if (this.#closed) return;
    this.close();
    this.#events.lost();
  }
}
