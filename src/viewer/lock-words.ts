import type { LockState, LockStatus } from '../protocol/lock.ts';
import { clockTime, dayTime, lengthOf, oneOf, strings } from './strings.ts';

const stateWords: Readonly<Record<LockState, string>> = {
  locked: strings.lockLocked,
  unlocking: strings.lockUnlocking,
  unlocked: strings.lockUnlocked,
  locking: strings.lockLocking,
  jammed: strings.lockJammed,
  unknown: strings.lockUnknown,
  forced: strings.lockForced,
};

/** What can be asked of a lock as it stands. What nobody knows, and what is jammed, may be tried either way. */
export const canUnlock = ({ state }: LockStatus): boolean =>
  !['unlocking', 'unlocked', 'forced'].includes(state);
export const canLock = ({ state }: LockStatus): boolean =>
  !['locking', 'locked', 'unlocking'].includes(state);

/** What is not as it should be, in any language. */
export const isAlarming = ({ state, leftOpen }: LockStatus): boolean =>
  leftOpen || state === 'forced' || state === 'jammed';

export interface LockWords {
  readonly state: string;
  /** Since when, and by whom. */
  readonly since: string;
  /** Door, parcel, when it locks again. */
  readonly notes: readonly string[];
}

/** How a lock stands, in words. @param now wall time in ms */
export function lockWords(status: LockStatus, now: number): LockWords {
  const { state, since, by, door, parcel, leftOpen, relocksAt } = status;
  const notes: string[] = [];
  if (relocksAt !== undefined && (state === 'unlocked' || state === 'unlocking')) {
    notes.push(strings.relocksIn(lengthOf(Math.max(0, relocksAt - now))));
  }
  if (leftOpen) notes.push(strings.doorLeftOpen);
  else if (door !== undefined) notes.push(door === 'open' ? strings.doorOpen : strings.doorClosed);
  if (parcel !== undefined) notes.push(parcel ? strings.parcelIn : strings.parcelOut);
  const time = now - since < 12 * 3_600_000 ? clockTime(since) : dayTime(since);
  const told = strings.lockSince(time);
  return {
    state: stateWords[state],
    since: by === undefined ? told : `${told} · ${strings.lockBy(by)}`,
    notes,
  };
}

/** More names than this are told by their number. */
const mostNamed = 3;

/** What opening it takes beside the finger, said before anybody holds; undefined where that is all. */
export function stepWords({ secondStep, confirmers = [] }: LockStatus): string | undefined {
  if (secondStep === undefined) return undefined;
  if (secondStep === 'passkey') return strings.asksPasskey;
  const names = confirmers.map(({ name }) => name);
  if (names.length === 0) return strings.asksNobody;
  const told = names.length > mostNamed ? names.slice(0, mostNamed - 1) : names;
  const rest = names.length - told.length;
  return strings.asksPerson(oneOf(rest === 0 ? told : [...told, strings.others(rest)]));
}
