/**
 * How one lock stands, and what it does next.
 *
 * ```
 *            unlock               bolt follows
 *  locked ──────────▶ unlocking ────────────────▶ unlocked
 *    ▲                    │ it does not              │ lock, its time is over, the door closed
 *    │                    ▼                          ▼
 *    │◀──bolt is there── jammed ◀───it does not─── locking
 *    └──────────────────bolt follows─────────────────┘
 *
 *  locked ──bolt or door opens, and nobody unlocked──▶ forced      (keyed: unlocked)
 *  any ──the bolt's sensor is at fault──▶ unknown ──▶ as it says again
 * ```
 *
 * Where no sensor tells of the bolt, the state follows the driver. Two who unlock at once unlock once.
 */
import type { MonotonicMs } from '../clock.ts';
import type { LockEffect, LockInput, LockMachine, LockTraits, LockTrouble } from './states.ts';
import { attend, type Turn } from './turn.ts';
import { elapse } from './turn-times.ts';

/** The lock after an input, and what is to be done. Never throws, in whatever order inputs come. */
export function step(
  traits: LockTraits,
  before: LockMachine,
  input: LockInput,
  now: MonotonicMs,
): { readonly machine: LockMachine; readonly effects: readonly LockEffect[] } {
  const turn: Turn = { traits, now, machine: { ...before }, effects: [] };
  // What was due before comes before.
  elapse(turn);
  attend(turn, input);
  elapse(turn);
  const { machine, effects } = turn;
  if (machine.energised && isAtRest(machine)) {
    machine.energised = false;
    effects.push({ type: 'release' });
  }
  effects.push(...troublesBetween(before, machine));
  if (shown.some((key) => before[key] !== machine[key])) effects.push({ type: 'changed' });
  return { machine, effects };
}

/** What people see. */
const shown = ['state', 'sinceMs', 'by', 'relockAtMs', 'door', 'leftOpen', 'parcel', 'blocked'] as const;

/** Nothing needs to be energised any more; of an unknown state its time will tell. */
function isAtRest({ state, relockAtMs }: LockMachine): boolean {
  if (state === 'unknown') return relockAtMs === undefined;
  return state === 'locked' || state === 'jammed' || state === 'forced';
}

function troublesBetween(before: LockMachine, after: LockMachine): readonly LockEffect[] {
  const was = troublesOf(before);
  const is = troublesOf(after);
  const reason = after.notLocked;
  return [
    ...was.filter((trouble) => !is.includes(trouble)).map((trouble) => ({ type: 'over', trouble }) as const),
    ...is
      .filter((trouble) => !was.includes(trouble))
      .map((trouble) => ({
        ...({ type: 'trouble', trouble } as const),
        ...(trouble === 'not-locked' && reason !== undefined ? { reason } : {}),
      })),
  ];
}

function troublesOf({ state, before, leftOpen, notLocked }: LockMachine): readonly LockTrouble[] {
  const stands = state === 'unknown' ? before : state;
  return [
    ...(stands === 'forced' || stands === 'jammed' ? [stands] : []),
    ...(leftOpen ? (['left-open'] as const) : []),
    ...(notLocked === undefined ? [] : (['not-locked'] as const)),
  ];
}
