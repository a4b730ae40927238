import type { MonotonicMs } from '../clock.ts';
import { codeDigits } from '../protocol/keypad.ts';
import type { Key } from './kind.ts';

/** Whoever stops typing for so long begins anew: the next does not go on with it. */
export const silenceMs = 10_000;
/** Wrong codes, one after the other, until it takes none for a while. */
export const wrongPerLockout = 5;
/** The first time; each further one lasts twice as long. */
const firstLockoutMs = 60_000;
const longestLockoutMs = 3_600_000;

/** What a code was: one that opens, one that nobody has, or one that does not open now. */
export type Verdict = 'right' | 'wrong' | 'refused';

/** Somebody types. */
export interface Entering {
  readonly typed: string;
  /** When the last key came. */
  readonly at: number;
  /** Codes that nobody has, since the last that opened. */
  readonly wrong: number;
  /** It takes no code until then; 0 where it does. */
  readonly lockedUntil: number;
  /** A code is being looked at: keys go nowhere. */
  readonly busy: boolean;
}

export type EnteringInput =
  | { readonly type: 'key'; readonly key: Key }
  /** A whole one, of a keypad that keeps its keys to itself. */
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'judged'; readonly verdict: Verdict }
  /** Their number is on the disk: only now the next may be tried. */
  | { readonly type: 'counted' };

export type EnteringEffect =
  | { readonly do: 'judge'; readonly code: string }
  /** It takes none just now. */
  | { readonly do: 'refuse' }
  /** To be kept over a restart. `lockoutMs`: it takes none for so long from now on. */
  | { readonly do: 'count'; readonly wrong: number; readonly lockoutMs?: number };

/** At the start. Whoever has pulled the plug waits the whole time once more. @param wrong as it was kept */
export function beginEntering(wrong: number, now: MonotonicMs): Entering {
  return { typed: '', at: now, wrong, lockedUntil: now + lockoutMs(wrong), busy: false };
}

/** How long it takes none after so many wrong ones; 0 where it does. */
export function lockoutMs(wrong: number): number {
  if (wrong === 0 || wrong % wrongPerLockout !== 0) return 0;
  const before = wrong / wrongPerLockout - 1;
  return Math.min(longestLockoutMs, firstLockoutMs * 2 ** before);
}

/** Pure: what is typed goes in, what is to be done comes out. */
export function stepEntering(
  state: Entering,
  input: EnteringInput,
  now: MonotonicMs,
): { readonly state: Entering; readonly effects: readonly EnteringEffect[] } {
  switch (input.type) {
    case 'judged':
      return judged(state, input.verdict, now);
    case 'counted':
      return same({ ...state, busy: false });
    case 'code':
      // Longer than any code, it is none, whatever it begins with.
      return state.busy ? same(state) : entered(state, input.text.slice(0, codeDigits + 1), now);
    case 'key': {
      if (state.busy) return same(state);
      const typed = now - state.at < silenceMs ? state.typed : '';
      if (input.key === 'enter') return entered(state, typed, now);
      if (input.key === 'clear') return same({ ...state, typed: '', at: now });
      return same({ ...state, typed: (typed + input.key).slice(0, codeDigits + 1), at: now });
    }
  }
}

function entered(state: Entering, code: string, now: MonotonicMs) {
  const next = { ...state, typed: '', at: now };
  if (code === '') return same(next);
  if (now < state.lockedUntil) return { state: next, effects: [{ do: 'refuse' }] as const };
  return { state: { ...next, busy: true }, effects: [{ do: 'judge', code }] as const };
}

function judged(state: Entering, verdict: Verdict, now: MonotonicMs) {
  if (verdict === 'refused' || (verdict === 'right' && state.wrong === 0))
    return same({ ...state, busy: false });
  if (verdict === 'right')
    return { state: { ...state, wrong: 0, lockedUntil: 0 }, effects: [{ do: 'count', wrong: 0 }] as const };
  const wrong = state.wrong + 1;
  const ms = lockoutMs(wrong);
  return {
    state: { ...state, wrong, lockedUntil: ms === 0 ? 0 : now + ms },
    effects: [{ do: 'count', wrong, ...(ms === 0 ? {} : { lockoutMs: ms }) }] as const,
  };
}

function same(state: Entering) {
  return { state, effects: [] } as const;
}
