import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Only the service's user looks at what its cameras saw. */
export const fileMode = 0o600;
/** The ending of what is not whole yet. */
export const partEnding = '.part';

/** It says something of the disk, and nothing of what is in a file. */
export function isDiskError(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number';
}

/**
 * Writes a file that is there whole or not at all, whenever the power is cut: under another name first, synced, then
 * renamed, and the folder synced, for the rename lives there.
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const part = join(dirname(path), `${randomUUID()}${partEnding}`);
  try {
    const file = await open(part, 'wx', fileMode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await putInPlace(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {
      // It is removed at the next start.
    });
    throw error;
  }
}

/** Gives a finished and synced file its name, for good. */
export async function putInPlace(part: string, path: string): Promise<void> {
  await rename(part, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
