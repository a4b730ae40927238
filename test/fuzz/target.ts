import type fc from 'fast-check';

/** What one input may cost: `fixed + perByte × its length`. */
export interface Bound {
  readonly fixed: number;
  readonly perByte: number;
}

/** Something that is given bytes from outside. */
export interface FuzzTarget {
  /** What it is given, in a line. */
  readonly about: string;
  /** Well-formed inputs, made by our own builders or recorded; what is tried is these with mistakes in them. */
  readonly seeds: readonly Uint8Array[];
  /** Words of its language, to be put anywhere: magic numbers, keywords, lengths that mean something. */
  readonly words?: readonly Uint8Array[];
  /** Other inputs than seeds with mistakes: sequences, for example. */
  readonly inputs?: fc.Arbitrary<Uint8Array>;
  /** Takes one input, from a fresh state. Whatever it throws is our bug: bytes from outside never throw. */
  take(input: Uint8Array): void;
  /** Resolves when all that {@link take} began has ended, where it does not end at once; rejects for what broke. */
  readonly later?: () => Promise<void>;
  /** Function calls and rounds of loops in our sources. */
  readonly steps: Bound;
  /** Bytes that built-in functions copied or searched for us. */
  readonly bytes: Bound;
  /** One input costs so much (keys, signatures) that a round is this many times shorter. */
  readonly heavy?: number;
}

/** What an input may cost under a bound. */
export const allowed = ({ fixed, perByte }: Bound, length: number): number => fixed + perByte * length;

/** Holds a target to something that is not a crash: what it keeps, what it gives out. */
export function promise(held: boolean, what: string): void {
  if (!held) throw new Error(`a promise is broken: ${what}`);
}
