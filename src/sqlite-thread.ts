import { parentPort, Worker } from 'node:worker_threads';
import { type DatabaseFault, faultOf } from './sqlite-file.ts';

type ThreadRequest =
  | { readonly id: number; readonly operation: string; readonly given: readonly unknown[] }
  /** Close the file and end. */
  | { readonly end: true };
type ThreadReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: DatabaseFault; readonly detail: string }
  /** Something that nobody asked for. */
  | { readonly told: unknown };

type Method<Member> = Extract<Member, (...given: never[]) => unknown>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface SqliteThreadOptions {
  /** The thread's program; it calls {@link answerCalls}. */
  readonly program: URL;
  /** What it is started with. */
  readonly data: unknown;
  /** What a caller is told where the thread could not do it. */
  readonly failure: (fault: DatabaseFault, detail: string) => Error;
  /** What the thread tells by itself. */
  readonly onTold?: (told: unknown) => void;
}

/**
 * A thread that has one SQLite file to itself: a sync on an SD card can take a second, and packets cannot wait for it.
 * Operations are done in the order of their calls; what writes is on the disk when its promise resolves.
 */
export class SqliteThread<Operations> {
  readonly #options: SqliteThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #stopped = false;

  constructor(options: SqliteThreadOptions) {
    this.#options = options;
  }

  /** Rejects with what `failure` makes of it where the disk does not take it, or does not give it. */
  call<Name extends keyof Operations & string>(
    operation: Name,
    ...given: Parameters<Method<Operations[Name]>>
  ): Promise<ReturnType<Method<Operations[Name]>>> {
    if (this.#stopped) return Promise.reject(this.#options.failure('other', 'the device is stopping'));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    this.#waiting.set(id, { resolve, reject });
    const worker = this.#started();
    // The program may end unless somebody waits for an answer.
    worker.ref();
    worker.postMessage({ id, operation, given } satisfies ThreadRequest);
    return promise as Promise<ReturnType<Method<Operations[Name]>>>;
  }

  /** Closes the file after all that was called before; resolves when the thread is gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#worker?.ref();
      this.#worker?.postMessage({ end: true } satisfies ThreadRequest);
    }
    await this.#ended;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#options.program, { workerData: this.#options.data });
    this.#worker = worker;
    worker.on('message', (reply: ThreadReply) => this.#take(reply));
    let reason = 'its thread ended';
    worker.on('error', (error) => {
      reason = String(error);
    });
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        // The next call starts another.
        if (this.#worker === worker) this.#worker = undefined;
        const waiting = [...this.#waiting.values()];
        this.#waiting.clear();
        for (const { reject } of waiting) reject(this.#options.failure('other', reason));
        resolve(undefined);
      });
    });
    return worker;
  }

  #take(reply: ThreadReply): void {
    if ('told' in reply) {
      this.#options.onTold?.(reply.told);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('fault' in reply) waiting?.reject(this.#options.failure(reply.fault, reply.detail));
    else waiting?.resolve(reply.value);
  }
}

/** The thread's side: what it does with the calls that come. */
export interface CallAnswers {
  /** Types hold on the other side, in {@link SqliteThread.call}. May throw. */
  perform(operation: string, given: readonly unknown[]): unknown;
  close(): void;
}

/** To be called in the thread's program, once. */
export function answerCalls({ perform, close }: CallAnswers): void {
  parentPort?.on('message', (request: ThreadRequest) => {
    if ('end' in request) {
      close();
      parentPort?.close();
      return;
    }
    const { id, operation, given } = request;
    try {
      say({ id, value: perform(operation, given) });
    } catch (error) {
      say({ id, fault: faultOf(error), detail: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** Tells the other side of a {@link SqliteThread} something that it did not ask for. */
export function tellOwner(told: unknown): void {
  say({ told });
}

function say(reply: ThreadReply): void {
  parentPort?.postMessage(reply);
}
