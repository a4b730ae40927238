import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../access/atomic-file.ts';
import { VedetteError } from '../errors.ts';

/** What is laid out and not whole yet: of no effect. */
export const partialFolder = (folder: string): string => join(folder, 'restore.partial');
/** What is whole: from here on the way leads forth only. */
const readyFolder = (folder: string): string => join(folder, 'restore.ready');
/** Within either: what is to come into place. */
export const newFolder = (staged: string): string => join(staged, 'new');
/** Within: what it replaces. */
const oldFolder = (staged: string): string => join(staged, 'old');

/** Trust's log goes with it: it would be replayed into another file. */
const places = ['trust.sqlite-wal', 'trust.sqlite-shm', 'trust.sqlite', 'identity'] as const;
/** Whose coming into place says that the old one is out of it. */
const heldBy = { 'trust.sqlite-wal': 'trust.sqlite', 'trust.sqlite-shm': 'trust.sqlite' } as const;

/** A restore was cut short after its point of no return. */
export const isUnfinished = (folder: string): boolean => existsSync(readyFolder(folder));

/** A device does not start between two identities. @throws VedetteError `restore/unfinished` */
export function mustBeFinished(folder: string): void {
  if (isUnfinished(folder)) throw new VedetteError('restore/unfinished', { folder });
}

/** Whether there is something that a restore would replace. */
export const isOccupied = (folder: string): boolean => places.some((name) => existsSync(join(folder, name)));

/** Makes what was laid out ready. From here on no device starts until it is in place. */
export async function setReady(folder: string): Promise<void> {
  await rename(partialFolder(folder), readyFolder(folder));
  await syncFolder(folder);
}

/**
 * Puts what is ready into place, and what it replaces aside, each step a rename that is on the disk when it is told. Cut
 * short anywhere, it goes on from there when it is called again.
 * @param now wall time in ms
 * @returns where the old things lie; undefined where there were none
 */
export async function* putInPlace(folder: string, now: number): AsyncGenerator<string, string | undefined> {
  const ready = readyFolder(folder);
  const [fresh, old] = [newFolder(ready), oldFolder(ready)];
  await mkdir(old, { recursive: true, mode: 0o700 });
  for (const name of places) {
    const waits = existsSync(join(fresh, name in heldBy ? heldBy[name as keyof typeof heldBy] : name));
    if (!waits || !existsSync(join(folder, name))) continue;
    await move(join(folder, name), join(old, name), [old, folder]);
    yield `${name} is aside`;
  }
  for (const name of places) {
    if (!existsSync(join(fresh, name))) continue;
    await move(join(fresh, name), join(folder, name), [folder, fresh]);
    yield `${name} is in place`;
  }
  const aside = (await readdir(old)).length > 0 ? replacedFolder(folder, now) : undefined;
  if (aside === undefined) {
    // Its name first: half removed it is nothing that could be finished.
    await move(ready, partialFolder(folder), [folder]);
    yield 'it is done';
    await rm(partialFolder(folder), { recursive: true, force: true });
    return undefined;
  }
  await move(ready, aside, [folder]);
  yield 'it is done';
  await rm(newFolder(aside), { recursive: true, force: true });
  return oldFolder(aside);
}

const replacedFolder = (folder: string, now: number): string =>
  join(folder, `replaced-${new Date(now).toISOString().replace(/[:.]/g, '-')}`);

async function move(from: string, to: string, folders: readonly string[]): Promise<void> {
  await rename(from, to);
  for (const path of folders) await syncFolder(path);
}
