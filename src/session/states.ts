/**
 * A session's life in one table. Media and microphone need `accepted`; nothing else lets them through.
 *
 * ```
 *  new ──offer──▶ negotiating ──answered──▶ connecting ──connected──▶ standby ──accept──▶ accepted
 *                                              └────── connected, accepted before ──────────▲
 *  any ──close──▶ closed
 * ```
 *
 * A later offer (renegotiation, ICE restart) does not leave `standby` or `accepted`: the old path carries on until
 * the new one stands.
 */
export type SessionPhase = 'new' | 'negotiating' | 'connecting' | 'standby' | 'accepted' | 'closed';

export interface SessionState {
  readonly phase: SessionPhase;
  /** The viewer accepted, perhaps before the connection stood. */
  readonly wanted: boolean;
}

export type SessionEvent = 'offer' | 'answered' | 'refused' | 'connected' | 'accept' | 'close';

/** Where each event leads; an event without an entry changes nothing. */
const transitions: Readonly<Record<SessionPhase, Partial<Record<SessionEvent, SessionPhase>>>> = {
  new: { offer: 'negotiating', close: 'closed' },
  negotiating: { answered: 'connecting', refused: 'new', close: 'closed' },
  connecting: { connected: 'standby', close: 'closed' },
  standby: { accept: 'accepted', close: 'closed' },
  accepted: { close: 'closed' },
  closed: {},
};

export function initialState(standby: boolean): SessionState {
  return { phase: 'new', wanted: !standby };
}

/** The state after `event`. Pure; unknown combinations leave it as it is. */
export function step(state: SessionState, event: SessionEvent): SessionState {
  const wanted = state.wanted || event === 'accept';
  const next = transitions[state.phase][event] ?? state.phase;
  return { phase: next === 'standby' && wanted ? 'accepted' : next, wanted };
}

export function mediaMayFlow(state: SessionState): boolean {
  return state.phase === 'accepted';
}
