import type { AuditDraft } from '../protocol/access.ts';
import { knownCounter, lastSeenCounter } from './inviting.ts';
import { Roll } from './roll.ts';
import {
  type AccessRow,
  type AccessStore,
  type AnsweredRequest,
  counterRow,
  type KnownStore,
} from './rows.ts';
import type { TrustedClock } from './trusted-clock.ts';

export interface RegisterParts {
  readonly store: AccessStore;
  /** Whom the device knows, once more, for when the store is in trouble. */
  readonly known: KnownStore;
  readonly time: Pick<TrustedClock, 'now' | 'lastSeen' | 'resume'>;
}

/** The rows of access: each change is on disk first, with its entries in the trail, then in mind, and then told. */
export class Register {
  readonly roll = new Roll();
  readonly #parts: RegisterParts;
  readonly #listeners = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: RegisterParts) {
    this.#parts = parts;
  }

  /** What is wrong with the store; then nothing can be changed. */
  get trouble(): string | undefined {
    return this.#parts.store.trouble;
  }

  async start(): Promise<void> {
    const { store, known, time } = this.#parts;
    this.roll.take(await store.start());
    const copied = await known.start();
    if (store.trouble !== undefined) this.roll.take(copied ?? []);
    time.resume(this.roll.counter(lastSeenCounter));
    known.resume(this.roll.counter(knownCounter));
    store.onTrouble(() => this.#tell());
    if (store.trouble === undefined && !this.roll.isEmpty) await this.copy();
  }

  /** Keeps the time, so that no clock goes behind it. Nothing is lost where that fails. */
  async stop(): Promise<void> {
    if (this.trouble === undefined) await this.commit([], []).catch(() => undefined);
  }

  /** Calls `listener` when people, keys or grants are others, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rejects where it did not get on disk; then it does not hold. */
  async commit(
    put: readonly AccessRow[],
    audit: readonly AuditDraft[],
    request?: AnsweredRequest,
  ): Promise<void> {
    const { store, known } = this.#parts;
    const counts = isOfPeople(put);
    // An older copy than the store has seen is told from a newer one by its number.
    const copied = counts ? [counterRow(knownCounter, known.number + 1)] : [];
    const rows = [...put, ...this.#seen(), ...copied];
    await store.commit({ put: rows, audit, ...(request ? { request } : {}) });
    this.#take(put);
    if (counts) await this.copy();
  }

  /** As {@link commit}, for what takes away: it holds before it is on disk, and where it does not get there. */
  async commitAtOnce(
    put: readonly AccessRow[],
    audit: readonly AuditDraft[],
    request?: AnsweredRequest,
  ): Promise<void> {
    this.#take(put);
    await this.copy();
    await this.commit(put, audit, request);
  }

  /** Keeps whom the device knows beside the store. Never rejects. */
  copy(): Promise<void> {
    return this.#parts.known.keep([...this.roll.living(), ...this.#seen()]);
  }

  /** Does `work` when no other change is under way. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined); // whoever asked is told; the next is not held up
    return done;
  }

  #take(rows: readonly AccessRow[]): void {
    this.roll.take(rows);
    if (isOfPeople(rows)) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The latest time that was right, where there was one. */
  #seen(): readonly AccessRow[] {
    const { time } = this.#parts;
    time.now();
    return time.lastSeen > 0 ? [counterRow(lastSeenCounter, time.lastSeen)] : [];
  }
}

const isOfPeople = (rows: readonly AccessRow[]): boolean => rows.some(({ kind }) => kind !== 'counter');
