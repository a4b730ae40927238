import type { KeypadBuses, KeypadKind, KeypadNote, KeypadSource } from './kind.ts';
import { keypadKinds } from './kinds.ts';
import type { KeypadSettings } from './settings.ts';

/** A keypad as the profile's schema gives it: the keys of all keypads, and those of its kind. */
export interface KeypadEntry extends KeypadSettings {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  open(buses: KeypadBuses): KeypadSource;
}

/** A keypad of the profile. */
export interface KeypadProfile extends Omit<KeypadEntry, 'title'> {
  readonly name: string;
  /** For people. */
  readonly title: string;
}

/** Fills in what the profile leaves out. */
export function keypadProfile(name: string, entry: KeypadEntry): KeypadProfile {
  return { ...entry, name, title: entry.title ?? titleOf(name) };
}

/** What `vedette check` says of a keypad. @throws VedetteError where something is missing */
export function checkKeypad(
  { kind, options }: KeypadProfile,
  buses: KeypadBuses,
): Promise<readonly KeypadNote[]> {
  const row = keypadKinds.find((candidate) => candidate.kind === kind);
  if (!row) throw new Error(`there is no kind of keypad "${kind}"`);
  // The options of an entry were read by its own row's schema, which the compiler cannot follow.
  return (row as unknown as KeypadKind<never>).check(options as never, buses);
}

/** `back-gate` to `Back gate`. */
function titleOf(name: string): string {
  const words = name.replace(/[._-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
