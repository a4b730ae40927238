import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { z } from 'zod';
import type { Clock, MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Attempt, DeliveryStore, StoredDelivery } from './delivery.ts';

/** One place to deliver to. */
export interface LaneOptions<Payload> {
  /** The same over a restart, and no secret: what waits is found by it. */
  readonly target: string;
  /** What is read from disk is held to it. */
  readonly payload: z.ZodType<Payload>;
  /** After so long nobody wants a delivery any more, ms. */
  readonly expiresAfterMs: number;
  /**
   * Tries once.
   * @param signal aborts when the device stops
   */
  send(payload: Payload, about: { readonly leftMs: number }, signal: AbortSignal): Promise<Attempt>;
  /** It was refused, or expired. */
  lost(payload: Payload, error: VedetteError): void;
}

/** How long a lane waits after a try that failed, ms: longer and longer, between these. */
export interface BackoffMs {
  readonly first: number;
  readonly most: number;
}

/** No target may ask for a longer pause than this, ms. */
const longestPauseMs = 3_600_000;
/** More than this is no news any more: the oldest go. */
const maxWaiting = 1_000;
/** What an outbox gives each of its lanes. */
interface LaneParts {
  readonly store: DeliveryStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly backoff: BackoffMs;
  readonly stopping: AbortSignal;
  closed(): void;
}

interface Waiting<Payload> {
  /** Absent where the disk did not take it. */
  readonly id: number | undefined;
  readonly payload: Payload;
  /** By the clock that never steps: one that is set after boot makes nothing old. */
  readonly expires: MonotonicMs;
}

/** One target's deliveries: one at a time, in order, each until it arrived, was refused or expired. */
export class Lane<Payload> {
  readonly #options: LaneOptions<Payload>;
  readonly #store: DeliveryStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stopping: AbortSignal;
  readonly #forget: () => void;
  readonly #backoff: ExponentialBackoff<unknown>;
  readonly #queue: Waiting<Payload>[] = [];
  /** Additions become durable one after the other, so that they are sent in the order they were made. */
  #adding: Promise<void>;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #closed = false;
  /** What waited before has been read. */
  #loaded = false;
  /** Added since; what is read later than that is not these. */
  readonly #own = new Set<number>();

  constructor(options: LaneOptions<Payload>, { store, clock, log, backoff, stopping, closed }: LaneParts) {
    this.#options = options;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#stopping = stopping;
    this.#forget = closed;
    this.#backoff = new ExponentialBackoff({ initialDelay: backoff.first, maxDelay: backoff.most });
    this.#adding = this.#load(this.#backoff.next());
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves when nothing is being tried. */
  get ended(): Promise<void> {
    return (this.#running ?? Promise.resolve()).catch(() => {});
  }

  /**
   * Resolves when it is safe on disk, or the disk has refused it; it is sent after those before it. A full disk keeps
   * nobody from being told.
   */
  add(payload: Payload): Promise<void> {
    const added = this.#adding.then(async () => {
      const { target, expiresAfterMs } = this.#options;
      const expiresAt = this.#clock.wall() + expiresAfterMs;
      const id = await this.#store.add({ target, body: payload, expiresAt }).catch((error: unknown) => {
        this.#log.warn(
          { err: error, target },
          'a delivery could not be kept: it is sent, but not after a restart',
        );
        return undefined;
      });
      if (id !== undefined && !this.#loaded) this.#own.add(id);
      this.#queue.push({ id, payload, expires: (this.#clock.now() + expiresAfterMs) as MonotonicMs });
      if (this.#queue.length > maxWaiting) await this.#dropOldest();
      this.#run();
    });
    // What fails is told to whoever adds, and stops nothing that comes after it.
    this.#adding = added.catch(() => {});
    return added;
  }

  /** The target may be there again: tries now instead of later. */
  poke(): void {
    this.#wake?.();
  }

  /** Nothing is delivered there any more, and what waits is forgotten. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#forget();
    this.#wake?.();
    await this.#adding;
    if (!this.#loaded) await this.#load();
    await Promise.all(this.#queue.splice(0).map((waiting) => this.#forgetStored(waiting)));
  }

  /**
   * Takes up what waits on disk, before what was added since.
   *
   * @param again how long after a read that failed the next one is tried; not at all where it is not told
   */
  async #load(again?: IBackoff<unknown>): Promise<void> {
    const { target } = this.#options;
    let stored: readonly StoredDelivery[];
    try {
      stored = await this.#store.pending(target);
    } catch (error) {
      this.#log.error({ err: error, target }, 'what waits for this target could not be read');
      if (again) this.#loadLater(again);
      return;
    }
    const older: Waiting<Payload>[] = [];
    for (const delivery of stored) {
      if (this.#own.has(delivery.id)) continue;
      const waiting = this.#understood(delivery);
      if (waiting) older.push(waiting);
      else await this.#forgetStored({ id: delivery.id });
    }
    this.#loaded = true;
    this.#own.clear();
    // The head may be on its way right now.
    this.#queue.splice(this.#running === undefined ? 0 : 1, 0, ...older);
    this.#run();
  }

  #loadLater(backoff: IBackoff<unknown>): void {
    setTimeout(() => {
      if (!this.#open) return;
      this.#adding = this.#adding.then(() =>
        this.#open ? this.#load(backoff.next(undefined)) : Promise.resolve(),
      );
    }, backoff.duration).unref();
  }

  #understood({ id, body, expiresAt }: StoredDelivery): Waiting<Payload> | undefined {
    const { target, payload, expiresAfterMs } = this.#options;
    const read = payload.safeParse(body);
    if (!read.success) {
      this.#log.warn({ target }, 'a delivery that waited is not understood any more, and dropped');
      return undefined;
    }
    // A clock that stands in 1970 gives nothing more time than it had.
    const leftMs = Math.min(expiresAt - this.#clock.wall(), expiresAfterMs);
    return { id, payload: read.data, expires: (this.#clock.now() + leftMs) as MonotonicMs };
  }

  #run(): void {
    if (this.#running || this.#queue.length === 0) return;
    this.#running = this.#deliver().then(
      () => {
        this.#running = undefined;
        if (this.#open) this.#run();
      },
      (error: unknown) => {
        this.#running = undefined;
        this.#log.error({ err: error, target: this.#options.target }, 'deliveries to this target stopped');
      },
    );
  }

  get #open(): boolean {
    return !this.#closed && !this.#stopping.aborted;
  }

  async #deliver(): Promise<void> {
    let backoff: IBackoff<unknown> = this.#backoff.next();
    for (;;) {
      const next = this.#queue[0];
      if (!next || !this.#open) return;
      const leftMs = next.expires - this.#clock.now();
      if (leftMs <= 0) {
        await this.#lose(next, new VedetteError('action/expired', { target: this.#options.target }));
        continue;
      }
      const attempt = await this.#try(next, leftMs);
      if (!this.#open && attempt.result === 'later') return;
      if (attempt.result === 'delivered') {
        await this.#finish(next);
        backoff = this.#backoff.next();
      } else if (attempt.result === 'refused') {
        const { target } = this.#options;
        await this.#lose(next, new VedetteError('action/refused', { target, detail: attempt.reason }));
        backoff = this.#backoff.next();
      } else {
        const { target } = this.#options;
        this.#log.debug({ target, reason: attempt.reason }, 'a delivery waits');
        const asked = Math.min(attempt.afterMs ?? 0, longestPauseMs);
        await this.#pause(Math.min(Math.max(backoff.duration, asked), Math.max(0, leftMs)));
        backoff = backoff.next(undefined);
      }
    }
  }

  async #try({ payload }: Waiting<Payload>, leftMs: number): Promise<Attempt> {
    try {
      return await this.#options.send(payload, { leftMs }, this.#stopping);
    } catch (error) {
      this.#log.error({ err: error, target: this.#options.target }, 'a delivery failed in an unexpected way');
      return { result: 'later', reason: 'it failed in an unexpected way' };
    }
  }

  /** It has left the queue only when the store knows: a crash between sends it twice, and never not at all. */
  async #finish(delivered: Waiting<Payload>): Promise<void> {
    await this.#forgetStored(delivered);
    const index = this.#queue.indexOf(delivered);
    if (index >= 0) this.#queue.splice(index, 1);
  }

  async #forgetStored({ id }: Pick<Waiting<Payload>, 'id'>): Promise<void> {
    if (id === undefined) return;
    await this.#store.done(id).catch((error: unknown) => {
      const { target } = this.#options;
      this.#log.error(
        { err: error, target },
        'what arrived cannot be noted: it is sent again after a restart',
      );
    });
  }

  async #lose(waiting: Waiting<Payload>, error: VedetteError): Promise<void> {
    await this.#finish(waiting);
    this.#options.lost(waiting.payload, error);
  }

  /** The head may be on its way right now; the one behind it is the oldest that is not. */
  async #dropOldest(): Promise<void> {
    const oldest = this.#queue[this.#running === undefined ? 0 : 1];
    if (oldest)
      await this.#lose(oldest, new VedetteError('action/crowded', { target: this.#options.target }));
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    const stop = () => resolve();
    this.#stopping.addEventListener('abort', stop);
    return promise.finally(() => {
      this.#stopping.removeEventListener('abort', stop);
      clearTimeout(timer);
      this.#wake = undefined;
    });
  }
}
