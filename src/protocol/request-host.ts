import type { Receipt } from './request.ts';

/** Where a request came in. */
export interface RequestPlace {
  /** The session that carried it; absent over HTTP. */
  readonly session?: string;
  /** Aborted when whoever asked is not there any more; absent where nobody can tell. */
  readonly gone?: AbortSignal;
}

/**
 * Takes what one peer asks; the edge that let it in has bound to it who that is. `tell` hears `accepted` where something
 * is to be moved, and then the last word. False: nothing will be said, because too much was asked, which was said. Never
 * throws.
 */
export type TakeRequest = (text: string, place: RequestPlace, tell: (receipt: Receipt) => void) => boolean;
