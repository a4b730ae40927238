import { Worker } from 'node:worker_threads';
import { VedetteError } from '../../errors.ts';
import type { StoreReply, StoreRequest } from './messages.ts';
import type { OperationName, Operations } from './operations.ts';

/** The thread's file beside this one: `.ts` from the sources, `.js` where they are built. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface StoreOptions {
  /** Of `records.sqlite`; its folder is there. */
  readonly path: string;
  /** The file was damaged and lies at `path` now; a new one was begun. */
  readonly onMovedAside: (path: string, detail: string) => void;
}

/**
 * `records.sqlite` in a thread of its own. Operations are done in the order of their calls; each is on the disk when
 * its promise resolves.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #stopped = false;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** @throws VedetteError `records/unwritable` (as a rejection) where the disk does not take it, or does not give it. */
  call<Name extends OperationName>(
    operation: Name,
    ...given: Parameters<Operations[Name]>
  ): Promise<ReturnType<Operations[Name]>> {
    if (this.#stopped) return Promise.reject(unwritable('the device is stopping'));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    this.#waiting.set(id, { resolve, reject });
    const worker = this.#started();
    // The program may end unless somebody waits for an answer.
    worker.ref();
    worker.postMessage({ id, operation, given } satisfies StoreRequest);
    return promise as Promise<ReturnType<Operations[Name]>>;
  }

  /** Closes the file after all that was called before; resolves when the thread is gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#worker?.ref();
      this.#worker?.postMessage({ end: true } satisfies StoreRequest);
    }
    await this.#ended;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(workerFile, { workerData: { path: this.#options.path } });
    this.#worker = worker;
    worker.on('message', (reply: StoreReply) => this.#take(reply));
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
        for (const { reject } of waiting) reject(unwritable(reason));
        resolve(undefined);
      });
    });
    return worker;
  }

  #take(reply: StoreReply): void {
    if ('movedAside' in reply) {
      this.#options.onMovedAside(reply.movedAside, reply.detail);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('fault' in reply) waiting?.reject(unwritable(reply.detail));
    else waiting?.resolve(reply.value);
  }
}

function unwritable(detail: string): VedetteError {
  return new VedetteError('records/unwritable', { detail });
}
