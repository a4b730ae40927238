import { VedetteError } from '../errors.ts';
import {
  ChannelBroken,
  greeted,
  type SealedChannel,
  type SealHolder,
  type Speaker,
} from '../identity/sealed-channel.ts';
import type { Receipt } from '../protocol/request.ts';
import { SealedAsk, type SealedReceipt } from '../protocol/sealed.ts';
import type { SignalingMessage } from '../protocol/signaling.ts';
import type { ServedLink } from './link-server.ts';

/** What waits to be opened, at most: each costs two signatures, and who floods is not served. */
const maxWaiting = 256;

/** Quoted twice and in base64url, it still fits into an envelope. */
const maxReceiptChars = 120 * 1024;

/** A device as sealed conversations need it. */
export interface SealedHost {
  readonly speaker: Speaker;
  readonly seal: SealHolder;
  /** Serves whoever holds this key; undefined where nobody is known by it. */
  serve(key: string, send: (message: SignalingMessage) => void): Promise<ServedLink | undefined>;
  /** Answers the one thing that a key nobody knows may say: that it was asked in. Never rejects. */
  join(key: string, text: string): Promise<string>;
}

export interface SealedEndEvents {
  /** An envelope for the viewer. */
  send(envelope: string): void;
  /** Nothing more is taken or said; sessions that stand go on. Said once. @param error where it is our own failure */
  over(reason: string, error?: unknown): void;
}

/**
 * The device's end of one sealed conversation: envelopes in and out, a link inside. Whatever is not what the viewer's key
 * said now, to this device, as its next word, ends it before anything of it is read.
 */
export class SealedEnd {
  readonly #host: SealedHost;
  readonly #events: SealedEndEvents;
  #channel: SealedChannel | undefined;
  /** The first envelope; a carrier may bring it again. */
  #hello = '';
  /** Of whoever is known. */
  #link: ServedLink | undefined;
  #key = '';
  #waiting = 0;
  #over = false;
  /** Envelopes are opened in their order, and sealed in theirs. */
  #opening: Promise<void> = Promise.resolve();
  #sealing: Promise<void> = Promise.resolve();

  constructor(host: SealedHost, events: SealedEndEvents) {
    this.#host = host;
    this.#events = events;
  }

  /** Takes an envelope as it came. Never throws. */
  receive(envelope: string): void {
    if (this.#over) return;
    this.#waiting += 1;
    if (this.#waiting > maxWaiting) {
      this.end('too much was said at once');
      return;
    }
    this.#opening = this.#opening
      .then(() => this.#take(envelope))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Takes and says nothing more. Idempotent. */
  end(reason: string, error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.over(reason, error);
  }

  #fail(error: unknown): void {
    if (error instanceof ChannelBroken) this.end(error.message);
    else this.end('the device failed at it', error);
  }

  async #take(envelope: string): Promise<void> {
    if (this.#over) return;
    if (!this.#channel) {
      await this.#greet(envelope);
      return;
    }
    if (envelope === this.#hello) return;
    const text = await this.#channel.open(envelope);
    if (text === undefined || this.#over) return;
    if (this.#link) {
      this.#hear(this.#link, this.#channel, text);
      return;
    }
    this.#say(this.#channel, await this.#host.join(this.#key, text));
    await this.#sealing;
    this.end('a newcomer was answered');
  }

  async #greet(envelope: string): Promise<void> {
    this.#hello = envelope;
    const heard = await greeted(envelope, this.#host.speaker, this.#host.seal);
    const { welcome, channel } = await heard.welcome();
    if (this.#over) return;
    this.#events.send(welcome);
    this.#channel = channel;
    this.#key = heard.key;
    this.#link = await this.#host.serve(heard.key, (message) => this.#say(channel, JSON.stringify(message)));
  }

  #hear(link: ServedLink, channel: SealedChannel, text: string): void {
    const asked = readAsk(text);
    if (asked === undefined) link.receive(text);
    else link.ask(asked.request, (receipt) => this.#say(channel, writeReceipt(receipt)));
  }

  #say(channel: SealedChannel, text: string): void {
    this.#sealing = this.#sealing
      .then(async () => {
        const envelope = await channel.seal(text);
        if (!this.#over) this.#events.send(envelope);
      })
      .catch((error: unknown) => this.#fail(error));
  }
}

function readAsk(text: string): SealedAsk | undefined {
  try {
    return SealedAsk.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // no JSON: the link says so
  }
}

/** An envelope that is too long would end the conversation; a list that long is cut by asking for less. */
function writeReceipt(receipt: Receipt): string {
  const text = JSON.stringify({ type: 'receipt', receipt } satisfies SealedReceipt);
  if (text.length <= maxReceiptChars) return text;
  const { code, message } = new VedetteError('request/answer-too-long');
  const refused: Receipt = { id: receipt.id, state: 'refused', code, reason: message };
  return JSON.stringify({ type: 'receipt', receipt: refused } satisfies SealedReceipt);
}
