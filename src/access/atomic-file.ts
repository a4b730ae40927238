import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Only the service's user reads what lies in `identity/`. */
const privateFileMode = 0o600;
const privateFolderMode = 0o700;

/** What a file is to hold; what comes in parts is written as it comes. */
type FileData = string | Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Replaces `path` by `data` so that a power cut leaves the old file or the new one, whole: a temporary file beside
 * it, synced, renamed over it, and the folder synced, for the rename lives there.
 */
export async function replaceFile(path: string, data: FileData): Promise<void> {
  const temporary = await writeTemporary(path, data);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Makes `path` with `data` unless it exists; of two processes that try at once one wins.
 * @returns false where the file was there already, untouched.
 */
export async function createFile(path: string, data: FileData): Promise<boolean> {
  const temporary = await writeTemporary(path, data);
  try {
    await link(temporary, path); // fails on an existing name, as rename would not
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

/** Removes what a write that was cut off left beside `path`. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix) && name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
  }
}

async function writeTemporary(path: string, data: FileData): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: privateFolderMode });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', privateFileMode);
  try {
    await file.writeFile(data);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}

/** What was made, renamed or removed in the folder `path` is so on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
