import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { Logger } from '../../log.ts';
import type { Arrival } from './path.ts';
import { RelayPath, type RelayServer } from './relay.ts';

/** After a failure, ms: at first soon, for a router that restarts; then seldom, for a server that is gone. */
const backoff = new ExponentialBackoff<unknown>({ initialDelay: 1_000, maxDelay: 60_000 });
/** The one in reserve is made anew so often: its refreshing fails in silence where the server forgot it. */
const reserveMs = 240_000;

/**
 * Allocations on TURN servers. One is always in reserve, so that an answer can name it without waiting; each session
 * takes one for itself, and gives it up when it ends.
 */
export class Relays {
  readonly #servers: readonly RelayServer[];
  readonly #arrival: Arrival;
  readonly #log: Logger;
  readonly #waiting = new Set<(path: RelayPath) => void>();
  #reserve: RelayPath | undefined;
  #step: IBackoff<unknown> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #allocating = false;
  #made = 0;
  #closed = false;

  constructor(servers: readonly RelayServer[], arrival: Arrival, log: Logger) {
    this.#servers = servers;
    this.#arrival = arrival;
    this.#log = log;
  }

  start(): void {
    if (this.#servers.length > 0) void this.#allocate();
  }

  /** Gives `use` an allocation: at once where one is in reserve. The returned function ends the wait. */
  take(use: (path: RelayPath) => void): () => void {
    const ready = this.#reserve;
    if (ready) {
      this.#reserve = undefined;
      use(ready);
      void this.#allocate();
      return () => undefined;
    }
    if (this.#servers.length > 0) this.#waiting.add(use);
    return () => this.#waiting.delete(use);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
    this.#reserve?.close();
    this.#reserve = undefined;
  }

  async #allocate(): Promise<void> {
    if (this.#allocating || this.#closed) return;
    this.#allocating = true;
    clearTimeout(this.#timer);
    // In turn: where one refuses, the next is asked.
    const server = this.#servers[this.#made % this.#servers.length] as RelayServer;
    this.#made += 1;
    try {
      this.#allocated(await RelayPath.allocate(`relay${this.#made}`, server, this.#arrival));
    } catch (error) {
      this.#step = this.#step?.next(undefined) ?? backoff.next();
      this.#log.warn('no allocation on the TURN server; viewers that need it cannot connect');
      // Addresses are for `debug` alone.
      this.#log.debug({ server: server.url.host, err: error }, 'the TURN server');
      this.#later(this.#step.duration);
    } finally {
      this.#allocating = false;
    }
    if (this.#waiting.size > 0 && this.#step === undefined) void this.#allocate();
  }

  #allocated(path: RelayPath): void {
    if (this.#closed) {
      path.close();
      return;
    }
    this.#step = undefined;
    for (const use of this.#waiting) {
      this.#waiting.delete(use);
      use(path);
      // Another for the reserve.
      this.#later(0);
      return;
    }
    this.#reserve = path;
    this.#later(reserveMs);
  }

  #later(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const old = this.#reserve;
      this.#reserve = undefined;
      old?.close();
      void this.#allocate();
    }, delayMs);
  }
}
