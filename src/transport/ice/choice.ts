import type { MonotonicMs } from '../../clock.ts';
import { silentMs } from './consent.ts';
import type { CandidatePair } from './pair.ts';

/**
 * A peer that asks for another pair this much later than it last asked for the selected one has changed its mind, ms;
 * within this time it asks for several, and the best counts (the aggressive nomination of RFC 5245).
 */
export const changeOfMindMs = 1_000;

/** Answered so lately that packets can be sent there without asking first. */
export function isFresh(pair: CandidatePair, now: MonotonicMs): boolean {
  return pair.state === 'succeeded' && pair.answeredMs !== undefined && now - pair.answeredMs < silentMs;
}

/** The controlling side has settled on it. */
export function isSettled(pair: CandidatePair, controlling: boolean): boolean {
  return controlling ? pair.nominated : pair.wantedMs !== undefined;
}

/**
 * Whether packets had better go over `pair` than over `selected`, both valid. Before anything is nominated the better
 * priority has it: packets may go over any valid pair (RFC 8445, 12.1).
 */
export function isBetter(pair: CandidatePair, selected: CandidatePair, controlling: boolean): boolean {
  if (controlling) {
    if (selected.nominated) return false;
  } else if (pair.wantedMs === undefined || selected.wantedMs === undefined) {
    if (pair.wantedMs !== selected.wantedMs) return pair.wantedMs !== undefined;
  } else {
    const laterMs = pair.wantedMs - selected.wantedMs;
    if (Math.abs(laterMs) > changeOfMindMs) return laterMs > 0;
  }
  return pair.priority(controlling) > selected.priority(controlling);
}
