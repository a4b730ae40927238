import { stat } from 'node:fs/promises';
import { type LoadedSound, loadSound, nameOf, type SoundText } from './load-sound.ts';

/** What a house has of chimes and replies; each takes about 5 kB a second. */
const maxKept = 32;

interface Kept {
  /** When its file was changed, ms; 0 for words. */
  readonly changed: number;
  readonly sound: Promise<LoadedSound>;
}

/** The sounds of a device, loaded once, so that a chime begins at once. A file that was changed is loaded again. */
export class Sounds {
  /** By name, the longest unused first. */
  readonly #kept = new Map<string, Kept>();

  /**
   * @throws VedetteError `action/bad-sound`, `action/no-speech`, `ffmpeg/missing`
   */
  async load({ file, say }: SoundText): Promise<LoadedSound> {
    const name = nameOf({ file, say });
    const changed = file === undefined ? 0 : await changedAt(file);
    const known = this.#kept.get(name);
    const kept = known?.changed === changed ? known : { changed, sound: loadSound({ file, say }) };
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) break;
      this.#kept.delete(oldest);
    }
    try {
      return await kept.sound;
    } catch (error) {
      // What could not be loaded is tried again the next time.
      if (this.#kept.get(name) === kept) this.#kept.delete(name);
      throw error;
    }
  }
}

function changedAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
