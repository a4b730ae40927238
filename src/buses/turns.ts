/** Work that must not happen at the same time, on a bus that can do one thing: each begins when the one before ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does `work` in its turn, and gives what it gives. A `signal` that has aborted by then lets its turn pass. */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    const mine = before.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
