import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { KeptFiles } from './kept-files.ts';
import { daysLeft, type Expendable, retention } from './retention.ts';
import type { RecordsSettings } from './settings.ts';
import { databaseBytes, reserveBytes, spaceOf } from './space.ts';
import { SteadyWall } from './steady-wall.ts';
import type { Store } from './store/store.ts';
import type { Troubles } from './troubles.ts';

/** What is old is looked for so often. */
const expiryEveryMs = 3_600_000;

/** What the records take and what is left. */
export interface RecordsStatus {
  /** Clips, pictures and database together. */
  readonly bytes: number;
  /** Of the disk. */
  readonly freeBytes: number;
  /** Until the oldest clips have to go, at the rate of the last week. */
  readonly daysLeft?: number;
  /** What is wrong, in a sentence. */
  readonly trouble?: string;
}

export interface HousekeepingOptions {
  readonly settings: RecordsSettings;
  readonly clips: KeptFiles;
  readonly pictures: KeptFiles;
  readonly store: Store;
  readonly databasePath: string;
  readonly troubles: Troubles;
  /** A clip goes, its event may say so. */
  readonly clipGone: (name: string, id: string) => Promise<void>;
  /** An event's picture goes before it. */
  readonly pictureGone: (id: string) => Promise<void>;
  /** So much had to go before its time, in a sentence. */
  readonly madeRoom: (sentence: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps the records within their age, their size and the disk's reserve. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #steady: SteadyWall;
  readonly #pinned = new Set<string>();
  #freeBytes = 0;
  #databaseBytes = 0;
  #roomBytes = 0;
  #expiredAt = Number.NEGATIVE_INFINITY;
  #running: Promise<boolean> | undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#steady = new SteadyWall(options.clock);
  }

  /** Learns what is pinned. Does not fail: what cannot be read is asked for again at the next start. */
  async start(): Promise<void> {
    const pinned = await this.#options.store.call('pinned').catch(() => []);
    for (const id of pinned) this.#pinned.add(id);
    await this.tidy();
  }

  pinned(id: string, pinned: boolean): void {
    if (pinned) this.#pinned.add(id);
    else this.#pinned.delete(id);
  }

  /**
   * Removes what must go. Whoever asks meanwhile gets the same answer. Never rejects.
   * @returns whether the disk has room for more
   */
  tidy(): Promise<boolean> {
    this.#running ??= this.#tidy()
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'the records could not be tidied');
        return true; // The write itself will tell.
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  get status(): RecordsStatus {
    const { clips, pictures, troubles, clock } = this.#options;
    const trouble = troubles.current;
    const days = daysLeft(clips.all(), this.#roomBytes, clock.wall());
    return {
      bytes: clips.bytes + pictures.bytes + this.#databaseBytes,
      freeBytes: this.#freeBytes,
      ...(days === undefined ? {} : { daysLeft: days }),
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  async #tidy(): Promise<boolean> {
    const { settings, clips, pictures, troubles, databasePath, log } = this.#options;
    const now = this.#steady.now();
    if (now !== undefined) await this.#expire(now);
    const space = await spaceOf(clips.folder);
    this.#databaseBytes = await databaseBytes(databasePath);
    const reserve = reserveBytes(settings.reserve, space);
    const { go, missingBytes } = retention({
      files: [...this.#expendable(clips, true), ...this.#expendable(pictures, false)],
      databaseBytes: this.#databaseBytes,
      freeBytes: space.freeBytes,
      reserveBytes: reserve,
      maxBytes: settings.maxSize,
      keepClipsMs: settings.keep.clips,
      // By a clock that cannot be believed nothing is too old; size and reserve hold whatever the time is.
      now: now ?? Number.NEGATIVE_INFINITY,
    });
    for (const { name } of go) await this.#remove(name);
    const early = go.filter(({ why }) => why !== 'age');
    const freed = go.reduce((sum, { bytes }) => sum + bytes, 0);
    if (go.length > 0)
      log.info({ files: go.length, early: early.length, bytes: freed }, 'old recordings went');
    if (early.length > 0)
      this.#options.madeRoom(`${early.length} old recordings went (${megabytes(freed)}) to make room`);
    this.#freeBytes = space.freeBytes + freed;
    const used = clips.bytes + pictures.bytes + this.#databaseBytes;
    this.#roomBytes = Math.min(settings.maxSize - used, this.#freeBytes - reserve);
    const full = missingBytes > 0;
    const sentence = `the disk is nearly full (less than ${megabytes(reserve)} free): no clips and pictures are kept until there is room`;
    troubles.set('reserve', full ? sentence : undefined);
    return !full;
  }

  async #expire(now: number): Promise<void> {
    // Also where the clock was set back.
    if (Math.abs(now - this.#expiredAt) < expiryEveryMs) return;
    const { settings, clips, pictures, store } = this.#options;
    const { events, readings } = settings.keep;
    try {
      const expiry = { now, eventsBefore: now - events, keepReadingsMs: readings };
      // One pass removes a few hundred at the most, so that whatever else is asked of the store comes between.
      for (let more = true; more; ) {
        const ids = new Set(await store.call('expire', expiry));
        more = ids.size > 0;
        for (const files of [clips, pictures])
          for (const { name, id } of files.all()) if (ids.has(id)) await files.remove(name);
      }
      this.#expiredAt = now;
    } catch {
      // A store that refuses is told of by whoever needs it.
    }
  }

  #expendable(files: KeptFiles, clip: boolean): Expendable[] {
    return files
      .all()
      .map(({ name, bytes, from, id }) => ({ name, bytes, from, clip, pinned: this.#pinned.has(id) }));
  }

  async #remove(name: string): Promise<void> {
    const { clips, pictures, clipGone, pictureGone } = this.#options;
    const clip = clips.all().find((file) => file.name === name);
    // The list first: what is listed can be seen.
    if (clip) {
      await clipGone(name, clip.id);
      await clips.remove(name);
    } else {
      await pictureGone(name.slice(0, name.indexOf('.')));
      await pictures.remove(name);
    }
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
