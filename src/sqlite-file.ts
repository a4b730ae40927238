import { existsSync, renameSync, rmSync } from 'node:fs';

/** SQLite's primary result codes that matter here (https://sqlite.org/rescode.html). */
export const resultCodes = {
  busy: 5,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
} as const;

/** What a failure of SQLite means for whoever holds the file. */
export type DatabaseFault = 'damaged' | 'unusable' | 'full' | 'busy' | 'other';

/** @returns what `error` means; `other` for all that is no failure of the file. */
export function faultOf(error: unknown): DatabaseFault {
  const errcode = (error as { errcode?: unknown } | undefined)?.errcode;
  if (typeof errcode !== 'number') return 'other';
  switch (errcode & 0xff) {
    case resultCodes.corrupt:
    case resultCodes.notadb:
      return 'damaged';
    case resultCodes.readonly:
    case resultCodes.ioerr:
    case resultCodes.cantopen:
      return 'unusable';
    case resultCodes.full:
      return 'full';
    case resultCodes.busy:
      return 'busy';
    default:
      return 'other';
  }
}

/** An error that {@link faultOf} takes for a damaged file. */
export function damaged(detail: string): Error {
  return Object.assign(new Error(detail), { errcode: resultCodes.notadb });
}

/** Where a damaged file goes, beside its place. */
export function asideName(path: string, wallMs: number): string {
  return `${path}.damaged-${new Date(wallMs).toISOString().replace(/[:.]/g, '-')}`;
}

/**
 * Puts a damaged file and what belongs to it out of the way, so that a new one can be begun.
 * @returns the new name.
 */
export function moveAside(path: string, wallMs: number): string {
  const aside = asideName(path, wallMs);
  renameSync(path, aside);
  moveLogAside(path, aside);
  return aside;
}

/** The log belongs to the damaged file, and would be replayed into the new one. */
export function moveLogAside(path: string, aside: string): void {
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
  rmSync(`${path}-shm`, { force: true });
}
