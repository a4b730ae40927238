/**
 * Connecting and staying connected, as a pure state machine: an input and `now` in, the next state and what to do
 * out. It knows nothing of WebSocket, WHEP or WebRTC; {@link ./connector.ts} does what it says.
 *
 * ```
 * idle ─start▶ connecting ─connected▶ connected ─disturbed▶ disturbed ─failed, 3 s▶ restarting
 *                ▲   │ failed, 10 s        ▲                   │ connected             │ failed, 6 s
 *       delay is │   ▼                     └───────────────────┴── connected ──────────┤
 *          over  waiting ◀─────────────────────────────────────────────────────────────┘
 * ```
 */

/** An attempt that gave no connection by then is given up: DTLS's fourth retransmission (RFC 6347, 4.2.4.1) is past. */
export const connectTimeoutMs = 10_000;
/** ICE says `disconnected` for every short gap and mends most of them itself; after this we help. */
export const disturbedGraceMs = 3_000;
/** An ICE restart needs one exchange of messages and of checks; a new session is the surer way after this. */
export const restartTimeoutMs = 6_000;
/** A connection that held this long was a good one: the next failure starts at the shortest delay again. */
export const stableAfterMs = 10_000;
/** The longest first delay; each further attempt doubles it. */
export const backoffBaseMs = 500;
/** A device that was switched on again is back on the screen within this and its own start. */
export const backoffCapMs = 15_000;

/** Why the last connection ended or did not come about; the words for it are in strings/connection.ts. */
export type Down =
  | { readonly reason: 'failed' | 'goodbye' | 'unreachable' }
  /** `code` is one of docs/errors.md. */
  | { readonly reason: 'refused'; readonly code: string };

export type Connection =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'connecting' | 'disturbed' | 'restarting';
      readonly attempt: number;
      /** Since when there has been no working connection. */
      readonly since: number;
      /** There has been a connection before: this is reconnecting. */
      readonly again: boolean;
      /** Signaling is there, so an ICE restart can be offered. */
      readonly signaling: boolean;
      readonly deadline: number;
      /** Undefined for the first attempt, and while the connection is only disturbed. */
      readonly down: Down | undefined;
    }
  | {
      readonly phase: 'connected';
      readonly attempt: number;
      readonly since: number;
      readonly signaling: boolean;
    }
  | {
      readonly phase: 'waiting';
      readonly attempt: number;
      readonly since: number;
      readonly again: boolean;
      readonly deadline: number;
      readonly down: Down;
    }
  /** Nothing is tried any more: the page was left, or the device does not let us in. */
  | { readonly phase: 'stopped'; readonly reason: 'left' | 'unauthorized' };

export type ConnectionInput =
  | { readonly type: 'start' }
  /** The peer connection carries data. */
  | { readonly type: 'connected' }
  /** ICE lost its pair and is looking for it. */
  | { readonly type: 'disturbed' }
  /** The peer connection is beyond its own help. */
  | { readonly type: 'failed' }
  /** Signaling went away. A working peer connection outlives it. */
  | { readonly type: 'signaling-lost' }
  /** The far end ended the session, or would not begin it. */
  | { readonly type: 'ended'; readonly down: Down }
  | { readonly type: 'unauthorized' }
  /** The network came back or the page is looked at again: no use in waiting on. */
  | { readonly type: 'hurry' }
  /** The deadline of the state may have passed. */
  | { readonly type: 'tick' }
  | { readonly type: 'stop' };

/** What the edge does, in order. `open` makes a new session; `close` frees the one there is and says bye. */
export type ConnectionEffect = 'open' | 'restart' | 'close';

export interface ConnectionStep {
  readonly state: Connection;
  readonly effects: readonly ConnectionEffect[];
}

export const idleConnection: Connection = { phase: 'idle' };

/** Delay before attempt `attempt` (from 1): full jitter, so that a hundred viewers of one device do not return as one. */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(attempt, 30));
}

const stay = (state: Connection): ConnectionStep => ({ state, effects: [] });

const opening = (
  { attempt, since, again, down }: Pick<Unsure, 'attempt' | 'since' | 'again' | 'down'>,
  now: number,
): Connection => ({
  phase: 'connecting',
  attempt,
  since,
  again,
  signaling: true,
  deadline: now + connectTimeoutMs,
  down,
});

/**
 * One step.
 * @param now any clock in milliseconds, the same for every call
 * @param random in [0, 1), for the jitter
 */
export function stepConnection(
  state: Connection,
  input: ConnectionInput,
  now: number,
  random: number,
): ConnectionStep {
  if (state.phase !== 'stopped' && (input.type === 'stop' || input.type === 'unauthorized')) {
    const reason = input.type === 'stop' ? 'left' : 'unauthorized';
    return { state: { phase: 'stopped', reason }, effects: ['close'] };
  }
  switch (state.phase) {
    case 'stopped':
      return stay(state);
    case 'idle':
      return input.type === 'start'
        ? {
            state: opening({ attempt: 0, since: now, again: false, down: undefined }, now),
            effects: ['open'],
          }
        : stay(state);
    case 'waiting':
      return input.type === 'hurry' || (input.type === 'tick' && now >= state.deadline)
        ? { state: opening(state, now), effects: ['open'] }
        : stay(state);
    case 'connected':
      return stepConnected(state, input, now, random);
    case 'connecting':
    case 'disturbed':
    case 'restarting':
      return stepUnsure(state, input, now, random);
  }
}

type Connected = Extract<Connection, { phase: 'connected' }>;
type Unsure = Extract<Connection, { phase: 'connecting' | 'disturbed' | 'restarting' }>;

function stepConnected(
  state: Connected,
  input: ConnectionInput,
  now: number,
  random: number,
): ConnectionStep {
  const attempt = now - state.since >= stableAfterMs ? 0 : state.attempt;
  const lost: Unsure = {
    phase: 'disturbed',
    attempt,
    since: now,
    again: true,
    signaling: state.signaling,
    deadline: now + disturbedGraceMs,
    down: undefined,
  };
  switch (input.type) {
    case 'disturbed':
      return stay(lost);
    case 'failed':
      return mend(lost, now, random);
    case 'ended':
      return wait(lost, input.down, now, random);
    case 'signaling-lost':
      return stay({ ...state, signaling: false });
    default:
      return stay(state);
  }
}

function stepUnsure(state: Unsure, input: ConnectionInput, now: number, random: number): ConnectionStep {
  switch (input.type) {
    case 'connected':
      return stay({ phase: 'connected', attempt: state.attempt, since: now, signaling: state.signaling });
    case 'ended':
      return wait(state, input.down, now, random);
    case 'signaling-lost':
      // Before the answer there is nothing to keep; after it, ICE may still find its pair by itself.
      return state.phase === 'disturbed'
        ? stay({ ...state, signaling: false })
        : wait(state, { reason: 'unreachable' }, now, random);
    case 'failed':
      return state.phase === 'disturbed'
        ? mend(state, now, random)
        : wait(state, { reason: 'failed' }, now, random);
    case 'tick':
      if (now < state.deadline) return stay(state);
      return state.phase === 'disturbed'
        ? mend(state, now, random)
        : wait(state, { reason: 'failed' }, now, random);
    default:
      return stay(state);
  }
}

/** The gentlest thing that can help: an ICE restart keeps DTLS, channels and decoders; without signaling, a new session. */
function mend(state: Unsure, now: number, random: number): ConnectionStep {
  if (!state.signaling) return wait(state, { reason: 'failed' }, now, random);
  return {
    state: { ...state, phase: 'restarting', deadline: now + restartTimeoutMs },
    effects: ['restart'],
  };
}

function wait(state: Unsure, down: Down, now: number, random: number): ConnectionStep {
  const attempt = state.attempt + 1;
  return {
    state: {
      phase: 'waiting',
      attempt,
      since: state.since,
      again: state.again,
      deadline: now + backoffMs(attempt, random),
      down,
    },
    effects: ['close'],
  };
}

/** When `tick` is due, or undefined where nothing is waited for. */
export function deadlineOf(state: Connection): number | undefined {
  return 'deadline' in state ? state.deadline : undefined;
}
