/** What is known of a lock, what it is told, and what it wants done: the words of machine.ts. */
import type { MonotonicMs } from '../clock.ts';
import type { VedetteError } from '../errors.ts';
import type { LockState } from '../protocol/lock.ts';
import type { LockOutcome } from '../protocol/lock-host.ts';

/** What kind of lock it is; stands in the profile. */
export interface LockTraits {
  /**
   * It is open while something is energised, for so long at most, and locks by itself then: a strike. Undefined for what
   * stays as it was put: a bolt with a motor.
   */
  readonly holdsMs?: number | undefined;
  /** It is locked again after so long. */
  readonly relockMs?: number | undefined;
  /** It is locked again when its door was opened and closes. */
  readonly relockOnClose: boolean;
  /** An open door is told of after so long. */
  readonly leftOpenMs: number;
  /** The bolt follows within this time, or it is jammed. */
  readonly movesMs: number;
  /** Somebody may open it by a key without asking us. */
  readonly keyed: boolean;
  /** A sensor tells of its bolt. */
  readonly sensesBolt: boolean;
}

export type Direction = 'unlock' | 'lock';

/** What is told of a lock as an event, while it is so. */
export type LockTrouble = 'forced' | 'jammed' | 'left-open' | 'not-locked';

export interface LockMachine {
  readonly state: LockState;
  readonly sinceMs: MonotonicMs;
  readonly by: string | undefined;
  /** The number of its last move, which way it went, and whether the driver has done its part. */
  readonly move: number;
  readonly to: Direction;
  readonly driven: boolean;
  /** A move is over by then. */
  readonly deadlineMs: MonotonicMs | undefined;
  /** How it stood before it moved, or before its bolt's sensor failed. */
  readonly before: LockState;
  readonly relockAtMs: MonotonicMs | undefined;
  /** Something may be energised. */
  readonly energised: boolean;
  /** Until then an opening door belongs to the unlock before. */
  readonly graceUntilMs: MonotonicMs | undefined;
  /** Undefined: not known. */
  readonly bolt: 'thrown' | 'drawn' | undefined;
  readonly door: 'open' | 'closed' | undefined;
  /** As it was last known: whoever cuts a wire first and opens then is told of too. */
  readonly knownDoor: 'open' | 'closed' | undefined;
  readonly doorOpenMs: MonotonicMs | undefined;
  /** The door was open since the unlock. */
  readonly doorOpened: boolean;
  readonly leftOpen: boolean;
  readonly parcel: boolean | undefined;
  readonly blocked: VedetteError | undefined;
  /** Why it could not be locked. */
  readonly notLocked: string | undefined;
}

export type LockInput =
  | { readonly type: 'unlock'; readonly by: string }
  | { readonly type: 'lock'; readonly by: string }
  /** The driver has done its part of this move. */
  | { readonly type: 'driven'; readonly move: number }
  /** It could not. `moved`: it may have moved all the same. */
  | {
      readonly type: 'failed';
      readonly move: number;
      readonly moved: boolean;
      readonly code: string;
      readonly reason: string;
    }
  /** What the driver itself knows at the start. */
  | { readonly type: 'found'; readonly state: 'locked' | 'unlocked' }
  | { readonly type: 'bolt'; readonly bolt: LockMachine['bolt'] }
  | { readonly type: 'door'; readonly door: LockMachine['door'] }
  | { readonly type: 'parcel'; readonly parcel: boolean | undefined }
  /** It cannot be unlocked now; without a reason: it can again. */
  | { readonly type: 'blocked'; readonly reason: VedetteError | undefined }
  /** Time went on. */
  | { readonly type: 'tick' };

export type LockEffect =
  /** Moves it; whatever the driver did before ends. */
  | { readonly type: 'drive'; readonly to: Direction; readonly move: number }
  /** Whatever is energised ends. */
  | { readonly type: 'release' }
  /** For all who wait for this. */
  | { readonly type: 'outcome'; readonly to: Direction; readonly outcome: LockOutcome }
  | { readonly type: 'trouble'; readonly trouble: LockTrouble; readonly reason?: string }
  | { readonly type: 'over'; readonly trouble: LockTrouble }
  /** Somebody who looks sees something else now. */
  | { readonly type: 'changed' };

/** A lock of which nothing is known yet. */
export function beginLock(now: MonotonicMs): LockMachine {
  return {
    state: 'unknown',
    sinceMs: now,
    by: undefined,
    move: 0,
    to: 'lock',
    driven: false,
    deadlineMs: undefined,
    before: 'unknown',
    relockAtMs: undefined,
    energised: false,
    graceUntilMs: undefined,
    bolt: undefined,
    door: undefined,
    knownDoor: undefined,
    doorOpenMs: undefined,
    doorOpened: false,
    leftOpen: false,
    parcel: undefined,
    blocked: undefined,
    notLocked: undefined,
  };
}
