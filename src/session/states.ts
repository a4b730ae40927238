/**
 * A session's life in one table. The viewer's own acceptance lets everything through; without it, only a feed that the
 * device shows by itself, and nothing that the viewer says.
 *
 * ```
 *  new ──offer──▶ negotiating ──answered──▶ connecting ──connected──▶ standby ──accept──▶ accepted
 *                                              │                        ▲ ◀──standby──── │ ▲
 *                                              └────── connected, accepted before ─────────┘
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

export type SessionEvent = 'offer' | 'answered' | 'refused' | 'connected' | 'accept' | 'standby' | 'close';

/** Where each event leads; an event without an entry changes nothing. */
const transitions: Readonly<Record<SessionPhase, Partial<Record<SessionEvent, SessionPhase>>>> = {
  new: { offer: 'negotiating', close: 'closed' },
  negotiating: { answered: 'connecting', refused: 'new', close: 'closed' },
  connecting: { connected: 'standby', close: 'closed' },
  standby: { accept: 'accepted', close: 'closed' },
  accepted: { standby: 'standby', close: 'closed' },
  closed: {},
};

export function initialState(standby: boolean): SessionState {
  return { phase: 'new', wanted: !standby };
}

/** The state after `event`. Pure; unknown combinations leave it as it is. */
export function step(state: SessionState, event: SessionEvent): SessionState {
  const wanted = event === 'accept' || (event !== 'standby' && state.wanted);
  const next = transitions[state.phase][event] ?? state.phase;
  return { phase: next === 'standby' && wanted ? 'accepted' : next, wanted };
}

/** Feeds that the device shows to this session by itself. */
export type Calls = ReadonlyMap<string, { readonly sound: boolean }>;

/** Why a feed flows to its viewer, or does not. */
export type FeedFlow = 'standby' | 'watching' | 'called';

export function flowOf({ phase }: SessionState, calls: Calls, feed: string): FeedFlow {
  if (phase === 'accepted') return 'watching';
  return phase === 'standby' && calls.has(feed) ? 'called' : 'standby';
}

/** Whether a feed's picture or sound may leave for this viewer. */
export function mayFlow(state: SessionState, calls: Calls, feed: string, kind: 'video' | 'audio'): boolean {
  switch (flowOf(state, calls, feed)) {
    case 'watching':
      return true;
    case 'called':
      return kind === 'video' || calls.get(feed)?.sound === true;
    case 'standby':
      return false;
  }
}

/** Whether the viewer's microphone may be played: it must have accepted; being called is no consent. */
export function mayBeHeard({ phase }: SessionState): boolean {
  return phase === 'accepted';
}
