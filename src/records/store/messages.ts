import type { DatabaseFault } from './database.ts';
import type { OperationName } from './operations.ts';

/** To the store's thread. */
export type StoreRequest =
  | { readonly id: number; readonly operation: OperationName; readonly given: readonly unknown[] }
  /** Close the file and end. */
  | { readonly end: true };

/** From the store's thread. */
export type StoreReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: DatabaseFault; readonly detail: string }
  /** The file was damaged; it is there now, and a new one was begun. */
  | { readonly movedAside: string; readonly detail: string };
