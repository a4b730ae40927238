import type { LockDriver, LockKind, LockNote, LockParts } from './kind.ts';
import { lockKinds } from './kinds.ts';
import type { LockSettings } from './settings.ts';

/** A lock as the profile's schema gives it: the keys of all locks, and those of its kind. */
export interface LockEntry extends LockSettings {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  open(parts: LockParts): LockDriver;
}

/** A lock of the profile, with what its kind says of it filled in. */
export interface LockProfile extends Omit<LockEntry, 'title'> {
  /** In scopes and messages. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** It locks by itself after so long. */
  readonly holdsMs: number | undefined;
}

/** Fills in what the profile leaves to a lock's kind. */
export function lockProfile(name: string, entry: LockEntry): LockProfile {
  return {
    ...entry,
    name,
    title: entry.title ?? titleOf(name),
    holdsMs: rowOf(entry.kind).holdsMs(entry.options as never),
  };
}

/** What `vedette check` says of a lock. */
export async function checkLock(
  { kind, options }: LockProfile,
  buses: LockParts['buses'],
): Promise<readonly LockNote[]> {
  return (await rowOf(kind).check?.(options as never, buses)) ?? [];
}

/** The options of an entry were read by its own row's schema, which the compiler cannot follow. */
function rowOf(kind: string): LockKind<never> {
  const row = lockKinds.find((candidate) => candidate.kind === kind);
  if (!row) throw new Error(`there is no kind of lock "${kind}"`);
  return row as unknown as LockKind<never>;
}

/** `parcel-box` to `Parcel box`. */
function titleOf(name: string): string {
  const words = name.replace(/[._-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
