import { stat, statfs } from 'node:fs/promises';
import type { Reserve } from './settings.ts';

/** How full a disk is, in bytes. */
export interface Space {
  /** What this user may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Of the disk a folder lies on. @throws what the disk says. */
export async function spaceOf(folder: string): Promise<Space> {
  const { bsize, bavail, blocks } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** What is to be left free, in bytes. */
export function reserveBytes(reserve: Reserve, { totalBytes }: Space): number {
  return 'share' in reserve ? reserve.share * totalBytes : reserve.bytes;
}

/** Of a database with its log, in bytes; 0 where there is none. */
export async function databaseBytes(path: string): Promise<number> {
  const sizes = [path, `${path}-wal`].map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
