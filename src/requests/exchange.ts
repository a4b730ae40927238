import { type ErrorData, VedetteError } from '../errors.ts';
import type { Receipt } from '../protocol/request.ts';
import type { SecondStepNeed } from '../protocol/second-step.ts';

export type Tell = (receipt: Receipt) => void;
/** What a request came to, without its id. */
export type LastWord =
  | { readonly state: 'done'; readonly result?: unknown; readonly repeated?: true }
  | {
      readonly state: 'refused';
      readonly code: string;
      readonly reason: string;
      readonly detail?: ErrorData | undefined;
      readonly repeated?: true;
    };

interface Accepted {
  readonly state: 'accepted';
  readonly needs?: SecondStepNeed;
}

export type Refused = Extract<LastWord, { state: 'refused' }>;

/** What a failure is to whoever asked; what has no code is our own. */
export function refusedBy(error: unknown): Refused {
  const known = error instanceof VedetteError ? error : new VedetteError('request/failed');
  return { state: 'refused', ...known.told };
}

/** One request on its way, and its receipt once there is one: whoever sends it again hears the same, marked so. */
export class Exchange {
  readonly id: string;
  readonly digest: string;
  readonly #listeners = new Set<{ readonly tell: Tell; readonly repeated: boolean }>();
  #accepted: Accepted | undefined;
  #last: LastWord | undefined;

  constructor(id: string, digest: string) {
    this.id = id;
    this.digest = digest;
  }

  get settled(): boolean {
    return this.#last !== undefined;
  }

  /** @param repeated somebody else has asked this already */
  join(tell: Tell, repeated: boolean): void {
    if (this.#last) {
      tell(this.#receipt(this.#last, repeated));
      return;
    }
    this.#listeners.add({ tell, repeated });
    if (this.#accepted) tell(this.#receipt(this.#accepted, repeated));
  }

  /** Again, without `needs`, when it has what it needed. */
  accept(needs?: SecondStepNeed): void {
    this.#accepted = { state: 'accepted', ...(needs ? { needs } : {}) };
    for (const { tell, repeated } of this.#listeners) tell(this.#receipt(this.#accepted, repeated));
  }

  settle(last: LastWord): void {
    this.#last = last;
    for (const { tell, repeated } of this.#listeners) tell(this.#receipt(last, repeated));
    this.#listeners.clear();
  }

  #receipt(word: LastWord | Accepted, repeated: boolean): Receipt {
    return { id: this.id, ...word, ...(repeated ? { repeated } : {}) };
  }
}
