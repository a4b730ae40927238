import { readFile } from 'node:fs/promises';
import { VedetteError } from '../errors.ts';
import type { DeviceEvent } from '../protocol/alarm.ts';

/** Where pictures of events are kept. `records` does. */
export interface PictureStore {
  /** Resolves when it is durable, and the event says that it has one. */
  addSnapshot(event: string, jpeg: Uint8Array): Promise<void>;
  /** Its file; undefined where the event has none. */
  snapshotPath(event: string): string | undefined;
}

/** The picture of an event: taken once, whoever asks first, and kept with it. */
export class Pictures {
  readonly #store: PictureStore;
  readonly #take: (feed: string) => Promise<Uint8Array>;
  /** Being taken, by event. */
  readonly #taking = new Map<string, Promise<Uint8Array>>();

  /** @param take a JPEG of what a feed sees now */
  constructor(store: PictureStore, take: (feed: string) => Promise<Uint8Array>) {
    this.#store = store;
    this.#take = take;
  }

  /**
   * Takes the event's picture, unless it has one: who asks later gets what was seen then.
   *
   * @param feed where the event names none, or another one is wanted
   * @throws VedetteError `action/no-feed`, `camera/no-frame`
   */
  of(event: DeviceEvent, feed: string | undefined = event.feed): Promise<Uint8Array> {
    const taking = this.#taking.get(event.id);
    if (taking !== undefined) return taking;
    const picture = this.#picture(event, feed);
    this.#taking.set(event.id, picture);
    const forget = () => this.#taking.delete(event.id);
    picture.then(forget, forget);
    return picture;
  }

  /** The picture that an event has, if it has one. */
  async kept(event: string): Promise<Uint8Array | undefined> {
    const path = this.#store.snapshotPath(event);
    // Retention may have taken it since.
    return path === undefined ? undefined : readFile(path).catch(() => undefined);
  }

  async #picture(event: DeviceEvent, feed: string | undefined): Promise<Uint8Array> {
    const kept = await this.kept(event.id);
    if (kept) return kept;
    if (feed === undefined) throw new VedetteError('action/no-feed', { event: event.title });
    const jpeg = await this.#take(feed);
    await this.#store.addSnapshot(event.id, jpeg);
    return jpeg;
  }
}
