import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { timeOfId } from './event-id.ts';
import { partEnding } from './whole-file.ts';

/** One whole file. */
export interface KeptFile {
  readonly name: string;
  /** The event or recording it belongs to: its name up to the first dot. */
  readonly id: string;
  readonly bytes: number;
  /** When it begins and when it was finished; wall time in ms. */
  readonly from: number;
  readonly to: number;
}

/** File names that are ours: an id, perhaps a feed and a mark, and an ending. No path gets through. */
const namePattern = /^[0-9a-zA-Z-]{1,64}(\.[0-9a-zA-Z_-]{1,64}){1,3}$/;
const folderMode = 0o700;

/** The finished files of one folder, known without asking the disk. */
export class KeptFiles {
  readonly folder: string;
  readonly #files = new Map<string, KeptFile>();
  /** Names of what is being written, or is still to be mended. */
  readonly #taken = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** All together. */
  get bytes(): number {
    let bytes = 0;
    for (const file of this.#files.values()) bytes += file.bytes;
    return bytes;
  }

  /**
   * Makes the folder where it is not there, and reads it.
   * @returns names of what a cut-off write left
   */
  async start(): Promise<readonly string[]> {
    await mkdir(this.folder, { recursive: true, mode: folderMode });
    return this.read();
  }

  /**
   * Reads the folder as it is.
   * @returns names of what is not whole
   */
  async read(): Promise<readonly string[]> {
    this.#files.clear();
    const takenBefore = new Set(this.#taken);
    const leftovers: string[] = [];
    for (const name of await readdir(this.folder)) {
      const whole = name.slice(0, -partEnding.length);
      if (!name.endsWith(partEnding)) await this.look(name);
      // What somebody is writing is no leftover, even where the folder is read late.
      else if (!takenBefore.has(whole) && !this.#taken.has(whole)) leftovers.push(name);
    }
    for (const name of leftovers) this.#taken.add(name.slice(0, -partEnding.length));
    return leftovers;
  }

  /**
   * A name that nothing has yet, for whoever writes it: `<stem>.<ending>`, `<stem>.2.<ending>` and so on. It is theirs
   * until {@link KeptFiles.release}.
   */
  take(stem: string, ending: string): string {
    let name = `${stem}.${ending}`;
    for (let number = 2; this.#files.has(name) || this.#taken.has(name); number += 1)
      name = `${stem}.${number}.${ending}`;
    this.#taken.add(name);
    return name;
  }

  /** It is written, or given up. */
  release(name: string): void {
    this.#taken.delete(name);
  }

  /** Is there a file of this name? It is known then. */
  look(name: string): Promise<boolean> {
    if (!namePattern.test(name)) return Promise.resolve(false);
    return this.add(name).then(
      () => true,
      () => false,
    );
  }

  /** A file that is whole now. */
  async add(name: string): Promise<KeptFile> {
    const { size, mtimeMs } = await stat(join(this.folder, name));
    const id = name.slice(0, name.indexOf('.'));
    const file = { name, id, bytes: size, from: timeOfId(id) ?? mtimeMs, to: mtimeMs };
    this.#files.set(name, file);
    return file;
  }

  /** Where it lies; undefined for whatever is not one of them. */
  path(name: string): string | undefined {
    return this.#files.has(name) ? join(this.folder, name) : undefined;
  }

  /** By their names, which is by time. */
  all(): readonly KeptFile[] {
    return [...this.#files.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Not listed any more at once; resolves when it is gone from the disk. */
  async remove(name: string): Promise<void> {
    this.#files.delete(name);
    await rm(join(this.folder, name), { force: true });
  }
}
