import { type Asked, ChallengeResult, challengeMs, isMoving, Receipt } from '../protocol/request.ts';
import { Problem } from './problem.ts';
import { readJson } from './signaling.ts';

/** A list of 200 entries of the trail is shorter. */
const maxReceiptCharacters = 256 * 1024;
/** Without a word from the device by then, the same bytes go once more, by the other way where there is one. */
export const retryAfterMs = 3_000;
/** As long as a door may take to open, and its connection to come back. */
export const lastWordWithinMs = 30_000;

/** As long as a second step may be waited for, and the device may say that it was. */
const secondStepWithinMs = 75_000;

/** How a request gets to the device. */
export interface RequestClientOptions {
  /**
   * The other way: a sealed conversation, or `POST /api/requests`. Gives the last word as text, or undefined where nothing
   * answered. It must not throw. `heard` takes what is said before. Used while no channel is open, and where the channel
   * stays silent.
   */
  readonly post: (text: string, heard: (receipt: Receipt) => void) => Promise<string | undefined>;
}

export type Accepted = Extract<Receipt, { state: 'accepted' }>;

interface Pending {
  readonly text: string;
  readonly accepted: (receipt: Accepted) => void;
  /** Gives the device so long from now for its last word. */
  readonly within: (ms: number) => void;
  readonly settle: (receipt: Receipt) => void;
  /** What it needed when that was told last. */
  told: string | undefined;
  /** A post is under way: it waits for the last word by itself. */
  posting: boolean;
  /** Where it went the last time. */
  sentBy: 'channel' | 'post' | undefined;
  /** The device may have it from a channel already: what HTTP says is not the last word. */
  channelled: boolean;
  /** What to say if nothing better comes. */
  excuse: Receipt;
}

/**
 * The page's side of requests. Gives each its id, gets the device's one-time challenge first for what moves something,
 * and sends the very same bytes again after a reconnect or a silence, so that a thing is done once however often it is
 * asked. Who gets no challenge within {@link challengeMs} is told so: a button held offline opens no door a minute later.
 *
 * ```ts
 * const requests = new RequestClient({ post });
 * channel.onopen = () => requests.attach((text) => channel.send(text));
 * channel.onmessage = ({ data }) => requests.heard(data);
 * channel.onclose = () => requests.detach();
 * const receipt = await requests.send({ type: 'unlock', lock: 'door' }, { accepted: () => … });
 * if (receipt.state === 'refused') show(receipt.reason);
 * ```
 */
export class RequestClient {
  readonly #post: RequestClientOptions['post'];
  readonly #pending = new Map<string, Pending>();
  #channel: ((text: string) => void) | undefined;

  constructor({ post }: RequestClientOptions) {
    this.#post = post;
  }

  /** The `control` channel is open: what waits for an answer is sent again on it. */
  attach(send: (text: string) => void): void {
    this.#channel = send;
    for (const [id, pending] of this.#pending) {
      pending.sentBy = undefined;
      this.#deliver(id, pending);
    }
  }

  /** The channel is gone; what it carried goes on by HTTP, or on the next one. */
  detach(): void {
    this.#channel = undefined;
  }

  /** The device said something on the channel. */
  heard(data: unknown): void {
    this.#take(readJson(data, Receipt, maxReceiptCharacters));
  }

  /**
   * Asks, and gives the device's last word: `done` with its result, or `refused` with a reason. Never rejects: where the
   * device says nothing in time, that is a refusal with code `request/unreached`, or `request/no-answer` where nobody
   * knows what came of it.
   * @param accepted the device has it on disk and is about it, or waits for what it `needs`; told at each of them
   */
  async send(
    asked: Asked,
    { accepted = () => {} }: { accepted?: (receipt: Accepted) => void } = {},
  ): Promise<Receipt> {
    const id = randomUuid();
    if (!isMoving(asked)) return this.#exchange(asked, unreached(id), lastWordWithinMs, accepted);
    const first = unreached(randomUuid());
    const given = await this.#exchange({ type: 'challenge' }, first, challengeMs, () => {});
    if (given.state === 'refused') return { ...given, id };
    const result = given.state === 'done' ? ChallengeResult.safeParse(given.result).data : undefined;
    if (!result) return unreached(id);
    return this.#exchange({ ...asked, ...result }, noAnswer(id), lastWordWithinMs, accepted);
  }

  #exchange(
    body: object,
    excuse: Receipt,
    withinMs: number,
    accepted: (receipt: Accepted) => void,
  ): Promise<Receipt> {
    const { id } = excuse;
    const { promise, resolve } = Promise.withResolvers<Receipt>();
    const pending: Pending = {
      text: JSON.stringify({ id, ...body }),
      accepted,
      within: (ms) => {
        clearTimeout(deadline);
        deadline = setTimeout(() => pending.settle(pending.excuse), ms);
      },
      settle: (receipt) => {
        clearInterval(retry);
        clearTimeout(deadline);
        this.#pending.delete(id);
        resolve(receipt);
      },
      told: undefined,
      posting: false,
      sentBy: undefined,
      channelled: false,
      excuse,
    };
    const retry = setInterval(() => this.#deliver(id, pending), retryAfterMs);
    let deadline: ReturnType<typeof setTimeout> | undefined;
    pending.within(withinMs);
    this.#pending.set(id, pending);
    this.#deliver(id, pending);
    return promise;
  }

  /** By the channel, and where that was silent, by HTTP as well; the device knows them for one. */
  #deliver(id: string, pending: Pending): void {
    if (this.#channel && (pending.sentBy !== 'channel' || pending.posting)) {
      pending.sentBy = 'channel';
      pending.channelled = true;
      try {
        this.#channel(pending.text);
      } catch {
        this.#channel = undefined; // it is closing, and has not said so yet
      }
    } else if (!pending.posting) {
      pending.sentBy = 'post';
      pending.posting = true;
      void this.#post(pending.text, (receipt) => this.#take(receipt)).then((answer) => {
        pending.posting = false;
        const problem = readJson(answer, Problem, maxReceiptCharacters);
        if (!problem) return this.#take(readJson(answer, Receipt, maxReceiptCharacters));
        pending.excuse = { id, state: 'refused', ...problem };
        if (!pending.channelled) pending.settle(pending.excuse);
      });
    }
  }

  #take(receipt: Receipt | undefined): void {
    const pending = receipt && this.#pending.get(receipt.id);
    if (!pending) return;
    if (receipt.state === 'accepted') {
      // The same is told on each way that asks.
      const said = JSON.stringify(receipt.needs ?? null);
      if (pending.told === said) return;
      if (receipt.needs) pending.within(secondStepWithinMs);
      else if (pending.told !== undefined) pending.within(lastWordWithinMs);
      pending.told = said;
      pending.accepted(receipt);
    }
    // Asked too often: the first asking may well be under way. It is tried again until its time is over.
    else if (receipt.state === 'refused' && receipt.code === 'request/too-many') pending.excuse = receipt;
    else pending.settle(receipt);
  }
}

/** Nothing that moves was sent yet. */
const unreached = (id: string): Receipt => ({
  id,
  state: 'refused',
  code: 'request/unreached',
  reason: 'the device is not reached',
});

/** It was sent, and nobody knows what came of it. */
const noAnswer = (id: string): Receipt => ({
  id,
  state: 'refused',
  code: 'request/no-answer',
  reason: 'the device does not answer; look at the lock before you try again',
});

/** A random UUID (RFC 9562, 5.4); `crypto.randomUUID` is given to secure pages only. */
function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
