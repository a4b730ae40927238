/**
 * Push to talk, as a pure state machine: hold the button, or tap it to keep talking.
 *
 * ```
 * idle ─press▶ asking ─microphone▶ connecting ─heard▶ talking
 *   ▲            │ let go             │ let go, refused    │ let go, lost, ended by the device
 *   └────────────┴────────────────────┴────────────────────┘   the microphone is released on each way back
 * ```
 */

/** Let go sooner than this, a press is a tap, and talking goes on until the next one. */
export const tapMs = 300;

export type TalkProblem =
  | { readonly type: 'denied' | 'no-microphone' | 'microphone-failed' | 'lost' }
  | { readonly type: 'refused'; readonly reason: string };

interface Talking {
  readonly phase: 'asking' | 'connecting' | 'talking';
  readonly pressedAt: number;
  /** The button is down; false once a tap locked it on. */
  readonly held: boolean;
}

export type Talk = { readonly phase: 'idle'; readonly problem?: TalkProblem } | Talking;

export type TalkInput =
  | { readonly type: 'press' }
  | { readonly type: 'release' }
  | { readonly type: 'microphone-open' }
  | { readonly type: 'microphone-failed'; readonly problem: TalkProblem }
  /** The device's word on its speaker: ours and really heard, ours but silent yet, or not ours. */
  | { readonly type: 'speaker'; readonly is: 'heard' | 'connecting' | 'not-ours' }
  | { readonly type: 'refused'; readonly reason: string }
  /** The session is gone. */
  | { readonly type: 'lost' };

export type TalkEffect = 'open-microphone' | 'release-microphone' | 'say-on' | 'say-off';

export interface TalkStep {
  readonly state: Talk;
  readonly effects: readonly TalkEffect[];
}

export const idleTalk: Talk = { phase: 'idle' };

/** One step; `now` is any clock in milliseconds, the same for every call. */
export function stepTalk(state: Talk, input: TalkInput, now: number): TalkStep {
  if (state.phase === 'idle') {
    if (input.type === 'press') {
      return { state: { phase: 'asking', pressedAt: now, held: true }, effects: ['open-microphone'] };
    }
    // The permission came after the button was let go: nobody is talking, so nothing may listen.
    if (input.type === 'microphone-open') return { state, effects: ['release-microphone'] };
    return { state, effects: [] };
  }
  switch (input.type) {
    case 'press':
      return leave(state);
    case 'release':
      if (!state.held) return { state, effects: [] };
      if (now - state.pressedAt < tapMs) return { state: { ...state, held: false }, effects: [] };
      return leave(state);
    case 'microphone-open':
      return state.phase === 'asking'
        ? { state: { ...state, phase: 'connecting' }, effects: ['say-on'] }
        : { state, effects: [] };
    case 'microphone-failed':
      return leave(state, input.problem);
    case 'speaker':
      return stepSpeaker(state, input.is);
    case 'refused':
      return state.phase === 'asking'
        ? { state, effects: [] } // an answer to an earlier press
        : leave(state, { type: 'refused', reason: input.reason });
    case 'lost':
      return leave(state, { type: 'lost' });
  }
}

function stepSpeaker(state: Talking, is: 'heard' | 'connecting' | 'not-ours'): TalkStep {
  if (state.phase === 'connecting' && is === 'heard') {
    return { state: { ...state, phase: 'talking' }, effects: [] };
  }
  if (state.phase !== 'talking' || is === 'heard') return { state, effects: [] };
  return is === 'connecting' ? { state: { ...state, phase: 'connecting' }, effects: [] } : leave(state);
}

function leave(state: Talk, problem?: TalkProblem): TalkStep {
  const said = state.phase === 'connecting' || state.phase === 'talking';
  return {
    state: problem === undefined ? idleTalk : { phase: 'idle', problem },
    effects: said ? ['release-microphone', 'say-off'] : ['release-microphone'],
  };
}
