/** What time alone does to a lock: see machine.ts, which takes the turns. */
import type { MonotonicMs } from '../clock.ts';
import type { LockMachine, LockTraits } from './states.ts';
import { giveUp, isMoving, move, refused, type Turn } from './turn.ts';

/** When something is due; undefined where nothing is. */
export function nextDueMs(traits: LockTraits, machine: LockMachine): MonotonicMs | undefined {
  const due = [
    isMoving(machine) ? endsMs(machine) : undefined,
    relocks(traits, machine) ? machine.relockAtMs : undefined,
    machine.leftOpen ? undefined : leftOpenAtMs(traits, machine),
  ].filter((ms) => ms !== undefined);
  return due.length === 0 ? undefined : (Math.min(...due) as MonotonicMs);
}

/** Does what is due. */
export function elapse(turn: Turn): void {
  const { traits, machine, now } = turn;
  if (isMoving(machine) && (endsMs(machine) ?? now + 1) <= now) moveIsOver(turn);
  if (relocks(traits, machine) && (machine.relockAtMs ?? now + 1) <= now) move(turn, 'lock');
  if ((leftOpenAtMs(traits, machine) ?? now + 1) <= now) machine.leftOpen = true;
}

/** A move ends at its deadline, and where it needs power, with that. */
function endsMs({ deadlineMs, relockAtMs }: LockMachine): MonotonicMs | undefined {
  if (deadlineMs === undefined || relockAtMs === undefined) return deadlineMs ?? relockAtMs;
  return Math.min(deadlineMs, relockAtMs) as MonotonicMs;
}

/** Whether it locks at its time. A bolt is not thrown into an open door: it waits until that closes. */
function relocks({ holdsMs }: LockTraits, { state, door }: LockMachine): boolean {
  return (state === 'unlocked' || state === 'unknown') && (holdsMs !== undefined || door !== 'open');
}

function leftOpenAtMs({ leftOpenMs }: LockTraits, { doorOpenMs }: LockMachine): MonotonicMs | undefined {
  return doorOpenMs === undefined ? undefined : ((doorOpenMs + leftOpenMs) as MonotonicMs);
}

function moveIsOver(turn: Turn): void {
  const { machine, traits } = turn;
  const { driven, bolt } = machine;
  machine.before = 'unknown';
  if (!driven) giveUp(turn, 'unknown', refused('lock/no-answer'));
  else if (traits.sensesBolt && bolt !== undefined) giveUp(turn, 'jammed', refused('lock/jammed'));
  else giveUp(turn, 'unknown', refused('lock/unconfirmed'));
}
