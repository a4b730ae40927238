import type { Receipt } from '../protocol/request.ts';
import type { Line, LineEvents } from './line.ts';
import type { SealedLine, SealedLineEvents } from './sealed-line.ts';
import { readJson } from './signaling.ts';

/** A conversation that was opened to ask ends when nothing was asked for so long. */
const idleMs = 15_000;
/** Nobody waits longer for one; what asks tries again, or says that nothing was reached. */
const answerWithinMs = 20_000;

interface Waiting {
  readonly heard: (receipt: Receipt) => void;
  readonly settle: (answer: string | undefined) => void;
}

const WithId = {
  safeParse(value: unknown) {
    const id: unknown = Reflect.get(Object(value), 'id');
    return typeof id === 'string'
      ? ({ success: true, data: { id } } as const)
      : ({ success: false } as const);
  },
};

/**
 * Asks over sealed conversations: over the one of the session that is being made or stands, else over one of its own, so
 * that a lock opens where no media comes through.
 */
export class SealedAsking {
  readonly #open: (events: SealedLineEvents) => SealedLine;
  readonly #lines = new Set<SealedLine>();
  readonly #waiting = new Map<string, Waiting>();
  /** What is said as soon as the own line is ready. */
  #held: string[] = [];
  #own: SealedLine | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** @param open begins a conversation */
  constructor(open: (events: SealedLineEvents) => SealedLine) {
    this.#open = open;
  }

  /** A session's line, which is asked on as long as it is open. */
  line(events: LineEvents): Line {
    const line = this.#open({
      message: (text) => events.message(text),
      receipt: (receipt) => this.#take(receipt),
      lost: () => {
        this.#gone(line);
        events.lost();
      },
    });
    this.#lines.add(line);
    return {
      get open() {
        return line.open;
      },
      send: (text) => line.send(text),
      close: () => {
        line.close();
        this.#gone(line);
      },
    };
  }

  /** Asks, and gives the last word as text; undefined where none comes. Never rejects. */
  post(request: string, heard: (receipt: Receipt) => void): Promise<string | undefined> {
    const asked = readJson(request, WithId, request.length);
    if (!asked) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => settle(undefined), answerWithinMs);
    const settle = (answer: string | undefined) => {
      clearTimeout(timer);
      this.#waiting.delete(asked.id);
      resolve(answer);
      this.#rest();
    };
    this.#waiting.set(asked.id, { heard, settle });
    clearTimeout(this.#idle);
    this.#say(request);
    return promise;
  }

  #say(request: string): void {
    const line = [...this.#lines].find(({ open }) => open);
    if (line) {
      line.ask(request);
      return;
    }
    this.#held.push(request);
    if (this.#own) return; // it is on its way
    const own = this.#open({
      message: () => undefined, // it carries no session
      receipt: (receipt) => this.#take(receipt),
      ready: () => {
        for (const held of this.#held.splice(0)) own.ask(held);
      },
      lost: () => this.#gone(own),
    });
    this.#own = own;
    this.#lines.add(own);
  }

  #take(receipt: Receipt): void {
    const waiting = this.#waiting.get(receipt.id);
    if (receipt.state === 'accepted') waiting?.heard(receipt);
    else waiting?.settle(JSON.stringify(receipt));
  }

  /** What was said there may not have been heard: whoever asked may ask again, by the next. */
  #gone(line: SealedLine): void {
    if (!this.#lines.delete(line)) return;
    if (line === this.#own) {
      this.#own = undefined;
      this.#held = [];
    }
    for (const { settle } of [...this.#waiting.values()]) settle(undefined);
  }

  #rest(): void {
    if (this.#waiting.size > 0 || !this.#own) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      const own = this.#own;
      own?.close();
      if (own) this.#gone(own);
    }, idleMs);
  }
}
