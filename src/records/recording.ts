import type { KeptFile } from './kept-files.ts';

/** Name of the database in the state folder. */
export const databaseName = 'records.sqlite';

/** A clip, or a segment of continuous recording. Times are wall time in ms. */
export interface Recording {
  readonly clip: string;
  readonly feed: string;
  /** Of the event it belongs to; a segment's own where it belongs to none. */
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** What a file's name and place say of it: `<id>.<feed>.mp4`. */
export function recordingOf({ name, id, from, to, bytes }: KeptFile): Recording {
  return { clip: name, feed: name.split('.')[1] ?? '', id, from, to, bytes };
}
