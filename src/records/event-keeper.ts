import type { DeviceEvent } from '../protocol/alarm.ts';
import { HeldEvents } from './held-events.ts';
import type { EventsQuery } from './store/event-table.ts';
import type { Store } from './store/store.ts';
import type { Troubles } from './troubles.ts';

/** The disk is tried again so often while it refuses. */
const retryMs = 5_000;

/** Events and small state on the disk; in memory where it refuses, until it takes them. */
export class EventKeeper {
  readonly #store: Store;
  readonly #troubles: Troubles;
  readonly #held = new HeldEvents();
  readonly #heldState = new Map<string, string>();
  /** What was to be kept last, by name. */
  readonly #newestState = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #retrying: Promise<void> | undefined;
  #stopped = false;

  constructor(store: Store, troubles: Troubles) {
    this.#store = store;
    this.#troubles = troubles;
  }

  /** @throws VedetteError `records/unwritable` where it is only held in memory. */
  async add(event: DeviceEvent): Promise<void> {
    try {
      await this.#write(() => this.#store.call('putEvent', event));
    } catch (error) {
      this.#held.put(event);
      throw error;
    }
  }

  /** @returns the whole event after it; undefined where there is none. */
  async change(id: string, change: Readonly<Record<string, unknown>>): Promise<DeviceEvent | undefined> {
    const held = this.#held.get(id);
    if (!held) {
      try {
        const changed = await this.#write(() => this.#store.call('changeEvent', id, change));
        // The disk may have refused the event itself meanwhile: then it is held.
        if (changed || !this.#held.get(id)) return changed;
      } catch {
        // A disk that takes nothing may still be read.
      }
    }
    const event = this.#held.get(id) ?? (await this.get(id));
    if (!event) return undefined;
    const kept = Object.entries({ ...event, ...change, id }).filter(([, value]) => value != null);
    const changed = Object.fromEntries(kept) as unknown as DeviceEvent;
    this.#held.put(changed);
    return changed;
  }

  async get(id: string): Promise<DeviceEvent | undefined> {
    return this.#held.get(id) ?? (await this.#read(() => this.#store.call('event', id), undefined));
  }

  async list(query: EventsQuery): Promise<readonly DeviceEvent[]> {
    const stored = await this.#read(() => this.#store.call('events', query), []);
    return this.#held.mergedWith(stored, query);
  }

  /** Keeps a JSON text under a name. */
  async keep(name: string, json: string): Promise<void> {
    this.#newestState.set(name, json);
    // What is held is written at any time: never an older value after this one.
    if (this.#heldState.has(name)) this.#heldState.set(name, json);
    try {
      await this.#write(() => this.#store.call('keep', name, json));
      if (this.#heldState.get(name) === json) this.#heldState.delete(name);
    } catch {
      this.#heldState.set(name, this.#newestState.get(name) ?? json);
    }
  }

  /**
   * @returns undefined where nothing was kept
   * @throws VedetteError `records/unwritable` where it cannot be read: that is not the same
   */
  async kept(name: string): Promise<string | undefined> {
    const held = this.#heldState.get(name);
    if (held !== undefined) return held;
    try {
      return await this.#store.call('kept', name);
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }

  /** Writes what is held, as far as the disk takes it, and tries no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    // Where nothing waits, no file need be opened for it.
    if (this.#held.size + this.#heldState.size > 0) await this.#retry();
  }

  /** Runs a write; says whether the disk takes what it is given. */
  async #write<T>(write: () => Promise<T>): Promise<T> {
    try {
      const value = await write();
      if (this.#held.size + this.#heldState.size === 0) this.#troubles.set('database', undefined);
      return value;
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }

  async #read<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.#refused(error);
      return otherwise;
    }
  }

  #refused(error: unknown): void {
    this.#troubles.set('database', error instanceof Error ? error.message : String(error));
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#retry();
    }, retryMs);
    this.#timer.unref();
  }

  #retry(): Promise<void> {
    this.#retrying ??= this.#writeHeld().finally(() => {
      this.#retrying = undefined;
    });
    return this.#retrying;
  }

  async #writeHeld(): Promise<void> {
    try {
      for (const event of this.#held.all()) {
        await this.#store.call('putEvent', event);
        this.#held.written(event);
      }
      for (const [name, json] of this.#heldState) {
        await this.#store.call('keep', name, json);
        if (this.#heldState.get(name) === json) this.#heldState.delete(name);
      }
      // Nothing was held where only reading failed: is it readable again?
      await this.#store.call('sensors');
      this.#troubles.set('database', undefined);
    } catch (error) {
      this.#refused(error);
    }
  }
}
