import { VedetteError } from '../../errors.ts';
import { SqliteThread } from '../../sqlite-thread.ts';
import type { MovedAside } from './moved-aside.ts';
import type { Operations } from './operations.ts';

/** The thread's file beside this one: `.ts` from the sources, `.js` where they are built. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export interface StoreOptions {
  /** Of `records.sqlite`; its folder is there. */
  readonly path: string;
  /** The file was damaged and lies at `path` now; a new one was begun. */
  readonly onMovedAside: (path: string, detail: string) => void;
}

/**
 * `records.sqlite` in a thread of its own. Calls reject with VedetteError `records/unwritable` where the disk does not
 * take it, or does not give it.
 */
export class Store extends SqliteThread<Omit<Operations, 'close'>> {
  constructor({ path, onMovedAside }: StoreOptions) {
    super({
      program,
      data: { path },
      failure: (_fault, detail) => new VedetteError('records/unwritable', { detail }),
      onTold: (told) => {
        const { movedAside, detail } = told as MovedAside;
        onMovedAside(movedAside, detail);
      },
    });
  }
}
