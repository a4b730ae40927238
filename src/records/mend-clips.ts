import { join } from 'node:path';
import type { Logger } from '../log.ts';
import type { KeptFiles } from './kept-files.ts';
import { remux } from './remux.ts';
import { isDiskError, partEnding, putInPlace } from './whole-file.ts';

/** A mended clip shows at least this much, or it is not worth its place, ms. */
const leastMs = 500;
/** While it is mended; what a crash leaves of this goes, for the first is still there. */
const mendedPrefix = 'mended-';

/**
 * What a crash left of clips: whatever of it can be played becomes a clip, the rest goes. None of it is listed before
 * it is whole. What the disk does not let be mended, and what comes after `signal`, stays for the next start. Never
 * rejects.
 */
export async function mendClips(
  leftovers: readonly string[],
  files: KeptFiles,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  for (const leftover of leftovers) {
    if (signal?.aborted) return;
    const name = leftover.slice(0, -partEnding.length);
    const mended = `${mendedPrefix}${name}${partEnding}`;
    let keep = false;
    try {
      // What a crash left of mending it would be in the way.
      await files.remove(mended);
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
      keep = isDiskError(error);
      if (keep) log.warn({ err: error, clip: name }, 'a clip that was cut off cannot be mended now');
      else log.debug({ err: error, clip: name }, 'what was left of a clip cannot be played');
    }
    await files.remove(mended).catch(() => {});
    if (keep) continue;
    await files.remove(leftover).catch(() => {});
    files.release(name);
  }
}
