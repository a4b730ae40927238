import type { Access } from '../access/access.ts';
import type { Passkeys } from '../access/passkeys.ts';
import type { Peer } from '../access/peer.ts';
import type { TrustRow } from '../access/trust/row.ts';
import type { Assertion } from '../protocol/passkey.ts';
import type { SecondStepKind, SecondStepNeed } from '../protocol/second-step.ts';

/** What second steps look at. */
export interface StepParts {
  readonly access: Pick<Access, 'people' | 'nameOf' | 'device'> & {
    readonly passkeys: Pick<Passkeys, 'of' | 'proves'>;
  };
}

/** An unlock that waits. */
export interface SteppedUnlock {
  /** The request's id. */
  readonly request: string;
  readonly lock: string;
  /** Of the device, which the request spent. */
  readonly challenge: string;
  /** What whoever asked is known by again. */
  readonly key: string;
  readonly peer: Peer;
  /** Of whoever asked, for people. */
  readonly name: string;
  /** What they asked for, after "to": `open Front door`. */
  readonly words: string;
}

/** What somebody brings for it. */
export interface StepProofs {
  readonly person: { readonly peer: Peer; readonly allow: boolean };
  readonly passkey: { readonly key: string; readonly assertion: Assertion };
}

/** What a proof came to. */
export interface Verdict {
  /** Else it is declined, for good. */
  readonly proven: boolean;
  /** What somebody did, for people: `Bob confirmed for Anna to open Front door`. */
  readonly words: string;
  /** Gives what is to be kept of it, when it is taken. */
  readonly keep?: () => TrustRow;
}

/** A kind of second step: one file, and one row in `kinds.ts`. It knows nothing of how it is asked or answered. */
export interface SecondStep<Kind extends SecondStepKind> {
  /** How long it is waited for, ms on the monotonic clock. */
  readonly waitsMs: number;
  /** Others are who proves it: those who may open the lock are told that somebody asks. */
  readonly asksOthers: boolean;
  /**
   * What whoever asked is shown. @param until wall time in ms
   * @throws VedetteError where it can never be proven
   */
  needs(
    unlock: SteppedUnlock,
    until: number,
    parts: StepParts,
  ): Extract<SecondStepNeed, { readonly kind: Kind }>;
  /**
   * Looks at what somebody brought.
   * @throws VedetteError where that proves nothing; then it is waited for on
   */
  check(unlock: SteppedUnlock, proof: StepProofs[Kind], parts: StepParts): Verdict | Promise<Verdict>;
}
