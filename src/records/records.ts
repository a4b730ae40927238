import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { Listeners } from '../media/listeners.ts';
import type { Release } from '../media/stream.ts';
import type { DeviceEvent } from '../protocol/alarm.ts';
import type { Reading } from '../protocol/reading.ts';
import { ClipRecorder } from './clip-recorder.ts';
import { DeliveryStore } from './deliveries.ts';
import { EventIds } from './event-id.ts';
import { EventKeeper } from './event-keeper.ts';
import { Housekeeping, type RecordsStatus } from './housekeeping.ts';
import { inscribe, inscriptionOf } from './inscription.ts';
import { KeptFiles } from './kept-files.ts';
import { mendClips } from './mend-clips.ts';
import { ReadingBuffer } from './reading-buffer.ts';
import { databaseName, type Recording, recordingOf } from './recording.ts';
import type { RecordsSettings } from './settings.ts';
import { type Span, thinned } from './spans.ts';
import type { EventsQuery } from './store/event-table.ts';
import type { ReadingsQuery } from './store/reading-table.ts';
import { Store } from './store/store.ts';
import { Troubles } from './troubles.ts';
import { partEnding, writeWhole } from './whole-file.ts';

export type { ClipFeed } from './clip-feed.ts';
export type { ClipRecorder } from './clip-recorder.ts';
export type { DeliveryStore } from './deliveries.ts';
export type { RecordsStatus } from './housekeeping.ts';
export type { Recording } from './recording.ts';
export type { EventsQuery } from './store/event-table.ts';
export type { ReadingsQuery } from './store/reading-table.ts';

/** Readings go to the disk this often: one commit, whatever the number of sensors. SD cards count their writes. */
const commitEveryMs = 60_000;
/** As much as a second of a clip: a disk that takes this takes a clip, for a while. */
const tryBytes = 256 * 1024;
/** That old recordings went is an event at most this often. */
const toldRoomEveryMs = 86_400_000;
/** Of the two seconds that a stop has, mending gets this much; it goes on at the next start. */
const mendingGraceMs = 200;

export interface RecordsOptions {
  /** The device's state folder. */
  readonly folder: string;
  readonly settings: RecordsSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One point of a chart: a reading, or the sum of many. `time` is wall time in ms. */
export type ReadingPoint = Pick<Span, 'time' | 'min' | 'mean' | 'max'>;

/**
 * Opens a device's records. A damaged database is moved aside and a new one begun; a disk that is full, read-only or
 * away is no failure either: what can be done goes on, {@link Records.onTrouble} says what is wrong, and all returns
 * by itself.
 */
export async function openRecords(options: RecordsOptions): Promise<Records> {
  const records = new Records(options);
  await records.start();
  return records;
}

/** What happened, what was measured, and what was seen. */
export class Records {
  readonly deliveries: DeliveryStore;
  readonly clips: ClipRecorder;
  readonly #options: RecordsOptions;
  readonly #store: Store;
  readonly #events: EventKeeper;
  readonly #buffer = new ReadingBuffer();
  readonly #clipFiles: KeptFiles;
  readonly #pictures: KeptFiles;
  readonly #troubles: Troubles;
  readonly #housekeeping: Housekeeping;
  readonly #changed: Listeners<DeviceEvent>;
  readonly #ids: EventIds;
  #timer: NodeJS.Timeout | undefined;
  #toldRoomAt = Number.NEGATIVE_INFINITY;
  readonly #stopping = new AbortController();
  #mending: Promise<void> = Promise.resolve();
  #foldersOpen = false;

  /** Does nothing yet; {@link openRecords} starts it. */
  constructor(options: RecordsOptions) {
    const { folder, settings, clock, log } = options;
    this.#options = options;
    this.#ids = new EventIds(clock);
    this.#troubles = new Troubles(log);
    this.#changed = new Listeners(log);
    const databasePath = join(folder, databaseName);
    this.#store = new Store({
      path: databasePath,
      onMovedAside: (path, detail) => this.#movedAside(path, detail),
    });
    this.#events = new EventKeeper(this.#store, this.#troubles);
    this.deliveries = new DeliveryStore(this.#store, clock);
    this.#clipFiles = new KeptFiles(join(settings.folder ?? folder, 'clips'));
    this.#pictures = new KeptFiles(join(settings.folder ?? folder, 'snapshots'));
    this.#housekeeping = new Housekeeping({
      settings,
      clips: this.#clipFiles,
      pictures: this.#pictures,
      store: this.#store,
      databasePath,
      troubles: this.#troubles,
      clipGone: (clip, id) => this.#clipGone(clip, id),
      pictureGone: (id) => this.#pictureGone(id),
      madeRoom: (sentence) => this.#madeRoom(sentence),
      clock,
      log,
    });
    this.clips = new ClipRecorder({
      files: this.#clipFiles,
      mayRecord: () => this.#housekeeping.tidy(),
      finished: ({ id, name }) => this.#clipFinished(id, name),
      trouble: (sentence) => this.#troubles.set('clips', sentence),
      newId: () => this.#ids.next(),
      clock,
      log,
    });
  }

  /** See {@link openRecords}. */
  async start(): Promise<void> {
    await this.#openFolders();
    await this.#housekeeping.start();
    this.#timer = setInterval(() => void this.#everyMinute(), commitEveryMs);
    this.#timer.unref();
  }

  /** Takes a reading; on the disk within a minute. */
  addReading(reading: Reading): void {
    this.#buffer.add(reading);
  }

  /** A chart's points, oldest first, at most `points` of them; what is not written yet is among them. */
  async readings(query: ReadingsQuery): Promise<readonly ReadingPoint[]> {
    const { sensor, from, to } = query;
    const stored = await this.#store
      .call('readings', query, this.#options.clock.wall())
      .catch((): readonly Span[] => []);
    return thinned([...stored, ...this.#buffer.spans(sensor, from, to)], query).map(
      ({ time, min, mean, max }) => ({ time, min, mean, max }),
    );
  }

  /**
   * Resolves when it is on the disk. Where the disk refuses it is held in memory, listed, and written when the disk
   * takes it again: whoever has to act on it acts.
   * @throws VedetteError `records/unwritable` where it is only held
   */
  addEvent(event: DeviceEvent): Promise<void> {
    return this.#events.add(event);
  }

  /**
   * Changes an event: on the disk when it resolves, or held where the disk refuses. A key that is `null` is removed.
   * @returns the whole event after it; undefined where there is none of that id
   */
  changeEvent(
    id: string,
    change: { readonly [Key in keyof DeviceEvent]?: DeviceEvent[Key] | null },
  ): Promise<DeviceEvent | undefined> {
    return this.#events.change(id, change);
  }

  /** Newest first. */
  events(query: EventsQuery): Promise<readonly DeviceEvent[]> {
    return this.#events.list(query);
  }

  event(id: string): Promise<DeviceEvent | undefined> {
    return this.#events.get(id);
  }

  /** A pinned event stays, with picture and clip, whatever the age and the size. */
  async pin(id: string, pinned: boolean): Promise<void> {
    this.#housekeeping.pinned(id, pinned);
    await this.#store.call('pin', id, pinned);
  }

  /** Keeps a small state over restarts, under a name. */
  keep(name: string, value: unknown): Promise<void> {
    return this.#events.keep(name, JSON.stringify(value));
  }

  /**
   * What was kept last; undefined where there is nothing. Who asks checks its shape.
   * @throws VedetteError `records/unwritable` where it cannot be read: who asks must not take that for nothing
   */
  async kept(name: string): Promise<unknown> {
    const json = await this.#events.kept(name);
    return json === undefined ? undefined : JSON.parse(json);
  }

  /**
   * Keeps an event's picture, with its time and reading written onto it where the profile asks for that.
   * @returns the event, which says so now; undefined where the disk does not take it, or there is no such event
   */
  async addSnapshot(id: string, jpeg: Uint8Array): Promise<DeviceEvent | undefined> {
    const name = `${id}.jpg`;
    try {
      if (!(await this.#housekeeping.tidy())) return undefined;
      const event = await this.#events.get(id);
      if (!event) return undefined;
      await writeWhole(join(this.#pictures.folder, name), await this.#inscribed(event, jpeg));
      await this.#pictures.add(name);
    } catch (error) {
      this.#troubles.set('clips', `pictures cannot be kept: ${sentenceOf(error)}`);
      return undefined;
    }
    this.#troubles.set('clips', undefined);
    return this.#events.change(id, { snapshot: true });
  }

  /** Where an event's picture lies; undefined where it has none. */
  snapshotPath(id: string): string | undefined {
    return this.#pictures.path(`${id}.jpg`);
  }

  /** Where a clip lies; undefined for all that is no whole clip. */
  clipPath(name: string): string | undefined {
    return this.#clipFiles.path(name);
  }

  /** Clips and continuous recording of a time, oldest first. */
  recordings({ feed, from, to }: { feed?: string; from: number; to: number }): readonly Recording[] {
    return this.#clipFiles
      .all()
      .map(recordingOf)
      .filter((one) => one.to > from && one.from < to && (feed === undefined || one.feed === feed));
  }

  status(): RecordsStatus {
    return this.#housekeeping.status;
  }

  /** What is wrong with the records, in a sentence; undefined: it is over. */
  onTrouble(listener: (trouble: string | undefined) => void): Release {
    return this.#troubles.onChange(listener);
  }

  /** An event was added or changed by the records themselves: its clip is there, or the records have something to say. */
  onEvent(listener: (event: DeviceEvent) => void): Release {
    return this.#changed.add(listener);
  }

  /** Ends clips, writes what is gathered, closes. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    // Whatever of a stop is too slow: readings are on the disk.
    await Promise.all([this.#commit(), this.clips.stop()]);
    await this.#mendingOrLate();
    await this.#events.stop();
    await this.#store.stop();
  }

  /** Makes and reads the folders; tried again each minute until it works. */
  async #openFolders(): Promise<void> {
    const { folder, log } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const leftovers = await this.#clipFiles.start();
      for (const name of await this.#pictures.start()) await this.#pictures.remove(name);
      // Takes a while after a power cut; the first alarm does not wait for it.
      this.#mending = mendClips(leftovers, this.#clipFiles, log, this.#stopping.signal).then(() =>
        this.#agree(),
      );
      this.#foldersOpen = true;
    } catch (error) {
      this.#troubles.set('clips', `clips and pictures cannot be kept: ${sentenceOf(error)}`);
    }
  }

  async #mendingOrLate(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, mendingGraceMs);
    await Promise.race([this.#mending, late]);
    clearTimeout(timer);
  }

  async #everyMinute(): Promise<void> {
    await this.#commit();
    if (!this.#foldersOpen) await this.#openFolders();
    await this.#housekeeping.tidy();
    if (this.#troubles.has('clips')) await this.#tryFolder();
  }

  /** Does the disk take files again? Not only the next alarm should find out. */
  async #tryFolder(): Promise<void> {
    const path = join(this.#clipFiles.folder, `try${partEnding}`);
    try {
      await writeWhole(path, new Uint8Array(tryBytes));
      this.#troubles.set('clips', undefined);
    } catch {
      // Not yet.
    } finally {
      await rm(path, { force: true }).catch(() => {});
    }
  }

  async #commit(): Promise<void> {
    if (this.#buffer.empty) return;
    const minutes = this.#buffer.take();
    try {
      await this.#store.call('addReadings', minutes, this.#options.clock.wall());
    } catch (error) {
      this.#buffer.giveBack(minutes);
      this.#options.log.debug({ err: error }, 'readings wait for the disk');
    }
  }

  async #inscribed(event: DeviceEvent, jpeg: Uint8Array): Promise<Uint8Array> {
    const { burnIn } = this.#options.settings;
    return burnIn === 'nothing' ? jpeg : inscribe(jpeg, inscriptionOf(event, burnIn));
  }

  async #clipFinished(id: string, clip: string): Promise<void> {
    // A second clip of an event is listed among the recordings; the event keeps naming the first.
    if ((await this.#events.get(id))?.clip !== undefined) return;
    const event = await this.#events.change(id, { clip });
    if (event) this.#changed.tell(event);
  }

  async #clipGone(clip: string, id: string): Promise<void> {
    const event = await this.#events.get(id);
    if (event?.clip !== clip) return;
    const changed = await this.#events.change(id, { clip: null });
    if (changed) this.#changed.tell(changed);
  }

  async #pictureGone(id: string): Promise<void> {
    const event = await this.#events.get(id);
    if (!event?.snapshot) return;
    const changed = await this.#events.change(id, { snapshot: false });
    if (changed) this.#changed.tell(changed);
  }

  /** After a crash: events name the clips and pictures that are there, and no others. */
  async #agree(): Promise<void> {
    // Of several clips of one event the first has the shortest name.
    const clips = this.#clipFiles.all().toSorted((one, other) => one.name.length - other.name.length);
    for (const { id, name } of clips) {
      if (this.#stopping.signal.aborted) return;
      const event = await this.#events.get(id);
      if (event && event.clip === undefined) await this.#clipFinished(id, name);
    }
    for (const { id } of this.#pictures.all()) {
      if (this.#stopping.signal.aborted) return;
      const event = await this.#events.get(id);
      if (event && !event.snapshot) await this.#events.change(id, { snapshot: true });
    }
  }

  #movedAside(path: string, detail: string): void {
    this.#options.log.error(
      { path, detail },
      'the records were damaged: they are moved aside, and begun anew',
    );
    this.#say('Records begun anew', `the old ones were damaged (${detail}) and lie in ${path}`);
  }

  #madeRoom(sentence: string): void {
    const now = this.#options.clock.wall();
    if (Math.abs(now - this.#toldRoomAt) < toldRoomEveryMs) return;
    this.#toldRoomAt = now;
    this.#say('Old recordings removed', sentence, 'info');
  }

  #say(title: string, detail: string, severity: DeviceEvent['severity'] = 'warning'): void {
    const time = this.#options.clock.wall();
    const event = {
      id: this.#ids.next(),
      type: 'device',
      time,
      severity,
      title,
      detail,
      snapshot: false,
    } as const;
    this.#events.add(event).catch(() => {
      // It is held, and written later.
    });
    this.#changed.tell(event);
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
