import type { Scope } from '../protocol/scope.ts';
import type { Denial } from './denial.ts';

/** Who asks, as established at the edge the request came in by. */
export type Peer =
  /** By the socket file that only the service's user can open. */
  | { readonly kind: 'local' }
  /** From the machine itself: 127.0.0.0/8 or ::1, with a loopback `Host`. Nobody, unless the profile says otherwise. */
  | { readonly kind: 'loopback' }
  /** Proved the printed secret, or showed a token made from it. */
  | {
      readonly kind: 'holder';
      readonly scopes: readonly Scope[];
      /** Aborted when that secret ends. */
      readonly over?: AbortSignal;
    }
  | {
      readonly kind: 'person';
      /** Their id. */
      readonly person: string;
      readonly name: string;
      /** The id of the key they proved. */
      readonly key: string;
      readonly network: 'local' | 'remote';
      /** A token of theirs speaks for them in these alone. */
      readonly only?: readonly Scope[];
    }
  /** Typed a code at a keypad of the device, and so stands at it: it opens the locks of its grant, and no other door. */
  | {
      readonly kind: 'code';
      /** The id of whom it was given to. */
      readonly person: string;
      readonly name: string;
      /** Its id, not what was typed. */
      readonly code: string;
      readonly keypad: { readonly keypad: string; readonly title: string };
    }
  | { readonly kind: 'stranger' };

/** What is the case around a request, as far as grants ask for it. */
export interface Circumstances {
  /** Undefined where no sensor tells. */
  doorClosed(lock: string): boolean | undefined;
}

/** A decision, named for its answer; a refusal carries a reason a person understands. */
export type Decision = { readonly allowed: true } | Denial;

/** Nothing is known of what is around: the strictest. */
export const nothingAround: Circumstances = { doorClosed: () => undefined };
