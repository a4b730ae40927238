import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VedetteError } from '../errors.ts';
import type { DeviceEvent } from '../protocol/alarm.ts';
import { KeptFiles } from './kept-files.ts';
import { databaseName, type Recording, recordingOf } from './recording.ts';
import type { Span } from './spans.ts';
import { openForReading } from './store/database.ts';
import type { EventsQuery } from './store/event-table.ts';
import { Operations } from './store/operations.ts';

/** Where the records of a device lie. */
export interface RecordsPlace {
  /** Its state folder. */
  readonly folder: string;
  /** Of clips and pictures, where the profile names another. */
  readonly filesFolder?: string;
}

/** Records read by another process than the one that writes them, while it may be writing. */
export class RecordsReader {
  readonly #operations: Operations;
  readonly #clips: KeptFiles;
  readonly #pictures: KeptFiles;

  /** @throws VedetteError `records/none`, `records/unwritable` */
  constructor({ folder, filesFolder = folder }: RecordsPlace) {
    const path = join(folder, databaseName);
    if (!existsSync(path)) throw new VedetteError('records/none', { folder });
    try {
      this.#operations = new Operations(openForReading(path));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new VedetteError('records/unwritable', { detail }, { cause: error });
    }
    this.#clips = new KeptFiles(join(filesFolder, 'clips'));
    this.#pictures = new KeptFiles(join(filesFolder, 'snapshots'));
  }

  /** Newest first. */
  events(query: EventsQuery): readonly DeviceEvent[] {
    return this.#operations.events(query);
  }

  sensors(): readonly string[] {
    return this.#operations.sensors();
  }

  /** All there still is of a time, as fine as it still is, oldest first. */
  readings(sensor: string, from: number, to: number): readonly Span[] {
    return this.#operations.allReadings(sensor, from, to);
  }

  /** Clips and continuous recording of a time, oldest first. */
  async recordings(from: number, to: number): Promise<readonly Recording[]> {
    await this.#clips.read();
    return this.#clips
      .all()
      .map(recordingOf)
      .filter((one) => one.to > from && one.from < to);
  }

  /** Where a recording of {@link RecordsReader.recordings} lies. */
  clipPath(clip: string): string | undefined {
    return this.#clips.path(clip);
  }

  /** Where an event's picture lies. */
  async snapshotPath(id: string): Promise<string | undefined> {
    const name = `${id}.jpg`;
    return (
      this.#pictures.path(name) ?? ((await this.#pictures.look(name)) ? this.#pictures.path(name) : undefined)
    );
  }

  close(): void {
    this.#operations.close();
  }
}
