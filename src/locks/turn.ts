/** What each input does to a lock: see machine.ts, which takes the turns. */
import type { MonotonicMs } from '../clock.ts';
import { type ErrorCode, type ErrorData, VedetteError } from '../errors.ts';
import type { LockState } from '../protocol/lock.ts';
import type { LockOutcome } from '../protocol/lock-host.ts';
import type { Direction, LockEffect, LockInput, LockMachine, LockTraits } from './states.ts';

/** A driver that has not done its part by then hangs. */
export const drivenWithinMs = 20_000;
/** What could not be locked is tried again after this. */
export const retryMs = 30_000;

/** One step while it is taken. */
export interface Turn {
  readonly traits: LockTraits;
  readonly now: MonotonicMs;
  readonly machine: { -readonly [Key in keyof LockMachine]: LockMachine[Key] };
  readonly effects: LockEffect[];
}

export function attend(turn: Turn, input: LockInput): void {
  const { machine } = turn;
  switch (input.type) {
    case 'unlock':
      unlock(turn, input.by);
      return;
    case 'lock':
      lock(turn, input.by);
      return;
    case 'driven':
      if (input.move !== machine.move || !isMoving(machine) || machine.driven) return;
      machine.driven = true;
      machine.deadlineMs = later(turn, turn.traits.movesMs);
      settle(turn);
      return;
    case 'failed':
      if (input.move === machine.move && isMoving(machine)) failed(turn, input);
      return;
    case 'found':
      if (machine.state === 'unknown' && !turn.traits.sensesBolt) stand(turn, input.state);
      return;
    case 'bolt':
      boltIs(turn, input.bolt);
      return;
    case 'door':
      doorIs(turn, input.door);
      return;
    case 'parcel':
      machine.parcel = input.parcel;
      return;
    case 'blocked':
      machine.blocked = input.reason;
      return;
    case 'tick':
      return;
  }
}

export function isMoving({ state }: Pick<LockMachine, 'state'>): boolean {
  return state === 'unlocking' || state === 'locking';
}

/** Begins a move. @param by absent where it moves by itself */
export function move(turn: Turn, to: Direction, by?: string): void {
  const { machine, traits, effects } = turn;
  if (isMoving(machine)) {
    tell(turn, machine.to, refused('lock/overtaken', { to }));
    // The move before may have come any distance.
    machine.before = 'unknown';
  } else {
    machine.before = machine.state;
  }
  become(turn, to === 'lock' ? 'locking' : 'unlocking');
  machine.by = by ?? machine.by;
  machine.move += 1;
  machine.to = to;
  machine.driven = false;
  machine.deadlineMs = later(turn, drivenWithinMs);
  machine.energised = to === 'unlock' && traits.holdsMs !== undefined;
  // What is energised counts from its first moment.
  machine.relockAtMs = machine.energised ? later(turn, holdingMs(traits)) : undefined;
  effects.push({ type: 'drive', to, move: machine.move });
}

/** What a move that did not come to its end came to. */
type Refusal = Extract<LockOutcome, { done: false }>;

export function refused(code: ErrorCode, data: ErrorData = {}): Refusal {
  const { message: reason } = new VedetteError(code, data);
  return { done: false, code, reason };
}

/** The move did not come to its end; `state` is what is known of the lock then. */
export function giveUp(turn: Turn, state: LockState, outcome: Refusal): void {
  const { machine, traits } = turn;
  become(turn, state);
  machine.deadlineMs = undefined;
  if (machine.to === 'lock') {
    // That it is jammed says it already.
    machine.notLocked = state === 'jammed' ? undefined : outcome.reason;
    if (traits.relockMs !== undefined || traits.holdsMs !== undefined)
      machine.relockAtMs = state === 'unlocked' ? later(turn, retryMs) : undefined;
  } else if (state !== 'unlocked') {
    machine.relockAtMs = undefined;
  }
  tell(turn, machine.to, outcome);
}

export function become({ machine, now }: Turn, state: LockState): void {
  if (machine.state === state) return;
  machine.state = state;
  machine.sinceMs = now;
}

/** How long something is energised. */
function holdingMs({ holdsMs = Number.POSITIVE_INFINITY, relockMs = holdsMs }: LockTraits): number {
  return Math.min(holdsMs, relockMs);
}

function unlock(turn: Turn, by: string): void {
  const { machine, traits } = turn;
  // Who comes while it moves gets what comes of it.
  if (machine.state === 'unlocking') return;
  if (machine.blocked !== undefined) {
    tell(turn, 'unlock', refused('lock/blocked', { detail: machine.blocked.message }));
  } else if (machine.state === 'unlocked') {
    machine.by = by;
    // What is energised gets no longer by it; all else stays open for the one who comes.
    if (traits.holdsMs === undefined) relockLater(turn);
    tell(turn, 'unlock', { done: true });
  } else {
    move(turn, 'unlock', by);
  }
}

function lock(turn: Turn, by: string): void {
  const { machine } = turn;
  if (machine.state === 'locking') return;
  // Without a sensor it may not be what it is believed to be, and locking does no harm.
  if (machine.state === 'locked' && machine.bolt === 'thrown') tell(turn, 'lock', { done: true });
  else move(turn, 'lock', by);
}

/** Looks whether a move has come to its end. */
function settle(turn: Turn): void {
  const { machine, traits } = turn;
  if (!isMoving(machine) || !machine.driven) return;
  if (traits.sensesBolt && machine.bolt !== wantedBolt(machine)) return;
  const done = machine.to;
  stand(turn, done === 'lock' ? 'locked' : 'unlocked');
  tell(turn, done, { done: true });
}

function wantedBolt({ to }: LockMachine): 'thrown' | 'drawn' {
  return to === 'lock' ? 'thrown' : 'drawn';
}

/** It is known to be locked or unlocked. */
function stand(turn: Turn, state: 'locked' | 'unlocked'): void {
  const { machine, traits } = turn;
  const wasOpen = isMoving(machine) || machine.state === 'unlocked';
  become(turn, state);
  machine.deadlineMs = undefined;
  if (state === 'locked') {
    machine.relockAtMs = undefined;
    machine.notLocked = undefined;
    machine.graceUntilMs = wasOpen ? later(turn, traits.movesMs) : machine.graceUntilMs;
    return;
  }
  machine.doorOpened = machine.door === 'open';
  if (machine.relockAtMs === undefined) relockLater(turn);
}

function relockLater(turn: Turn): void {
  const { holdsMs, relockMs = holdsMs } = turn.traits;
  turn.machine.relockAtMs = relockMs === undefined ? undefined : later(turn, relockMs);
}

function failed(turn: Turn, { moved, code, reason }: LockInput & { type: 'failed' }): void {
  const { machine } = turn;
  const state = standsAfterFailure(turn, moved);
  machine.before = 'unknown';
  giveUp(turn, state, { done: false, code, reason });
}

function standsAfterFailure({ machine, traits }: Turn, moved: boolean): LockState {
  const { before, bolt } = machine;
  if (!traits.sensesBolt) return moved ? 'unknown' : before;
  if (bolt === undefined) return 'unknown';
  if (before === 'forced' || before === 'jammed') return before;
  return bolt === 'thrown' ? 'locked' : 'unlocked';
}

function boltIs(turn: Turn, bolt: LockMachine['bolt']): void {
  const { machine, traits } = turn;
  if (bolt === machine.bolt) return;
  machine.bolt = bolt;
  const { state } = machine;
  if (isMoving(machine)) {
    settle(turn);
  } else if (state === 'jammed') {
    if (bolt === wantedBolt(machine)) stand(turn, bolt === 'thrown' ? 'locked' : 'unlocked');
  } else if (bolt === undefined) {
    if (state !== 'unknown') machine.before = state;
    become(turn, 'unknown');
  } else if (bolt === 'thrown') {
    // A door that was forced past its bolt is still open.
    if (stood(machine) !== 'forced' || machine.door !== 'open') stand(turn, 'locked');
    else become(turn, 'forced');
  } else if (state !== 'unlocked' && state !== 'forced') {
    const was = stood(machine);
    if ((was === 'locked' && !traits.keyed) || was === 'forced') force(turn);
    else stand(turn, 'unlocked');
  }
}

/** How it stood when that was known. */
function stood({ state, before }: LockMachine): LockState {
  return state === 'unknown' ? before : state;
}

function doorIs(turn: Turn, door: LockMachine['door']): void {
  const { machine, traits, now } = turn;
  if (door === machine.door) return;
  const opens = door === 'open' && machine.knownDoor === 'closed';
  machine.door = door;
  machine.knownDoor = door ?? machine.knownDoor;
  if (door === 'open') {
    machine.doorOpenMs ??= now;
    machine.doorOpened = true;
    const belongs = machine.graceUntilMs !== undefined && now <= machine.graceUntilMs;
    if (!opens || belongs || stood(machine) !== 'locked') return;
    if (!traits.keyed) force(turn);
    else if (!traits.sensesBolt) stand(turn, 'unlocked');
  }
  if (door === 'closed') {
    machine.doorOpenMs = undefined;
    machine.leftOpen = false;
    if (machine.state === 'forced' && machine.bolt === 'thrown') stand(turn, 'locked');
    if (machine.state === 'unlocked' && machine.doorOpened && traits.relockOnClose) move(turn, 'lock');
  }
}

function force(turn: Turn): void {
  become(turn, 'forced');
  turn.machine.relockAtMs = undefined;
}

/** For all who wait for it. */
function tell({ effects }: Turn, to: Direction, outcome: LockOutcome): void {
  effects.push({ type: 'outcome', to, outcome });
}

function later({ now }: Turn, ms: number): MonotonicMs {
  return (now + ms) as MonotonicMs;
}
