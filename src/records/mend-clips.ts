import { join } from 'node:path';
import type { Logger } from '../log.ts';
import type { KeptFiles } from './kept-files.ts';
import { remux } from './remux.ts';
import { partEnding, putInPlace } from './whole-file.ts';

/** A mended clip shows at least this much, or it is not worth its place, ms. */
const leastMs = 500;
/** While it is mended; what a crash leaves of this goes, for the first is still there. */
const mendedPrefix = 'mended-';

/**
 * What a crash left of clips: whatever of it can be played becomes a clip, the rest goes. None of it is listed before
 * it is whole. Never rejects.
 */
export async function mendClips(leftovers: readonly string[], files: KeptFiles, log: Logger): Promise<void> {
  for (const leftover of leftovers) {
    const name = leftover.slice(0, -partEnding.length);
    const mended = `${mendedPrefix}${name}${partEnding}`;
    try {
      const lengthMs =
        /\.(mp4|webm)$/.test(name) && !name.startsWith(mendedPrefix)
          ? await remux(join(files.folder, leftover), join(files.folder, mended))
          : 0;
      if (lengthMs >= leastMs) {
        await putInPlace(join(files.folder, mended), join(files.folder, name));
        await files.add(name);
        log.info({ clip: name, lengthMs }, 'a clip that was cut off is mended');
      }
    } catch (error) {
      log.debug({ err: error, clip: name }, 'what was left of a clip cannot be played');
    }
    await files.remove(mended).catch(() => {});
    await files.remove(leftover).catch(() => {});
    files.release(name);
  }
}
