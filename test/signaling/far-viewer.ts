import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import type { Receipt } from '../../src/protocol/request.ts';
import { sealedProtocol } from '../../src/protocol/sealed.ts';
import type { SignalingBody } from '../../src/protocol/signaling.ts';
import {
  type OpenCarrier,
  openSealedLine,
  type SealedEnds,
  type SealedLine,
} from '../../src/viewer/sealed-line.ts';
import { readSignaling, SignalingWriter } from '../../src/viewer/signaling.ts';

/** What somebody in the middle makes of an envelope: what goes on in its place, in this order. */
export type Bend = (envelope: string, at: number) => readonly string[];

export interface Middle {
  /** @param at counts from 0: the hello */
  readonly toDevice?: Bend;
  /** @param at counts from 0: the welcome */
  readonly toViewer?: Bend;
}

const asItIs: Bend = (envelope) => [envelope];

/** A carrier with somebody in the middle. */
export function bent(carrier: OpenCarrier, { toDevice = asItIs, toViewer = asItIs }: Middle): OpenCarrier {
  return async (session, events) => {
    let down = 0;
    let up = 0;
    const { send, close } = await carrier(session, {
      message(envelope) {
        for (const given of toViewer(envelope, down++)) events.message(given);
      },
      lost: () => events.lost(),
    });
    return {
      send(envelope) {
        for (const given of toDevice(envelope, up++)) send(given);
      },
      close,
    };
  };
}

/** `/signal`, as a page has it. @param protocol none where somebody in the middle has taken it away */
export function socketTo(
  url: string,
  headers: Record<string, string>,
  protocol: string | undefined = sealedProtocol,
): OpenCarrier {
  return (_session, events) =>
    new Promise((resolve, reject) => {
      const protocols = protocol === '' ? [] : [protocol];
      const socket = new WebSocket(new URL('/signal', url.replace(/^http/, 'ws')), protocols, { headers });
      socket.on('error', reject);
      socket.on('message', (data) => events.message(String(data)));
      socket.on('close', () => events.lost());
      socket.on('open', () =>
        resolve({ send: (text) => socket.send(text), close: () => socket.terminate() }),
      );
    });
}

/** The page's own sealed line, without a browser around it. */
export class FarViewer {
  readonly line: SealedLine;
  readonly heard: SignalingBody[] = [];
  readonly receipts: Receipt[] = [];
  /** Of the conversation; once it began. */
  session = '';
  /** The last text of signaling that was said. */
  lastSaid = '';
  readonly #others: string[] = [];
  /** The conversation is over. */
  readonly lost: Promise<void>;
  isLost = false;
  /** The device has answered to this side's key. */
  readonly ready: Promise<void>;
  /** Of the peer connection: no two have the same. */
  readonly id: string = randomUUID();
  readonly #writer = new SignalingWriter('far', this.id);
  #changed: (() => void)[] = [];

  constructor(ends: SealedEnds, carrier: OpenCarrier) {
    const lost = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    this.lost = lost.promise;
    this.ready = ready.promise;
    this.line = openSealedLine(
      Promise.resolve(ends),
      (session, events) => this.#carried(carrier, session, events),
      {
        message: (text) => {
          const message = readSignaling(text);
          if (message) this.heard.push(message.body);
          else this.#others.push(String(text));
          this.#wake();
        },
        receipt: (receipt) => {
          this.receipts.push(receipt);
          this.#wake();
        },
        ready: () => ready.resolve(),
        lost: () => {
          this.isLost = true;
          lost.resolve();
          this.#wake();
        },
      },
    );
  }

  say(body: SignalingBody): void {
    this.lastSaid = this.#writer.write(body);
    this.line.send(this.lastSaid);
  }

  /** The first of this kind; undefined where the conversation ends before. */
  async first<Type extends SignalingBody['type']>(
    type: Type,
  ): Promise<Extract<SignalingBody, { type: Type }> | undefined> {
    for (;;) {
      const found = this.heard.find((body) => body.type === type);
      if (found) return found as Extract<SignalingBody, { type: Type }>;
      if (this.isLost) return undefined;
      await this.#news();
    }
  }

  /** The last word on what is asked; undefined where the conversation ends before. */
  async ask(request: {
    readonly id: string;
    readonly [more: string]: unknown;
  }): Promise<Receipt | undefined> {
    this.line.ask(JSON.stringify(request));
    const from = this.receipts.length;
    for (;;) {
      const found = this.receipts
        .slice(from)
        .find(({ id, state }) => id === request.id && state !== 'accepted');
      if (found || this.isLost) return found;
      await this.#news();
    }
  }

  /** The first text that is no signaling; undefined where the conversation ends before. */
  async otherText(): Promise<string | undefined> {
    while (this.#others.length === 0 && !this.isLost) await this.#news();
    return this.#others[0];
  }

  close(): void {
    this.line.close();
    this.isLost = true;
    this.#wake();
  }

  #carried(...[carrier, session, events]: [OpenCarrier, ...Parameters<OpenCarrier>]) {
    this.session = session;
    return carrier(session, events);
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}
