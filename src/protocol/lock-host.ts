import type { LockStatus } from './lock.ts';

/** What came of moving a lock. */
export type LockOutcome =
  | { readonly done: true }
  | {
      readonly done: false;
      /** One of docs/errors.md. */
      readonly code: string;
      /** A reason that a person understands. */
      readonly reason: string;
    };

/**
 * The locks as others know them: handed in by the agent. Whoever calls has asked already whether that person may; `by` is
 * the name that people read.
 */
export interface LockHost {
  readonly statuses: readonly LockStatus[];
  /** Calls `listener` with each change, in order, until the returned function is called. */
  onChange(listener: (status: LockStatus) => void): () => void;
  /** Resolves when it is open, or will not be. Whoever asks while it is being unlocked gets the same outcome. */
  unlock(lock: string, by: string): Promise<LockOutcome>;
  /** Resolves when it is locked, or will not be. */
  lock(lock: string, by: string): Promise<LockOutcome>;
  /** Undefined where no sensor tells. */
  doorClosed(lock: string): boolean | undefined;
}
