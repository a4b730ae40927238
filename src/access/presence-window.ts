import type { MonotonicMs } from '../clock.ts';

/** From the moment the button was held long enough. */
export const windowMs = 60_000;
/** Keys that are told apart; one more or less makes no difference from the second on. */
const maxAskers = 16;

/** The device's button, and who asks to be let in by it. Immutable. */
export interface PresenceState {
  /**
   * Since when it is held; `up` when it is not. `spent`: it was held long enough, was held at the start, or its sensor was
   * away: it has to be let go before it counts again.
   */
  readonly button: MonotonicMs | 'up' | 'spent';
  readonly window?: { readonly until: MonotonicMs; readonly askers: readonly string[] };
}

export type PresenceInput =
  /** Its sensor's word; undefined where it gives none. */
  | { readonly type: 'button'; readonly down: boolean | undefined; readonly now: MonotonicMs }
  /** A key by its id, that has proved itself and nobody knows. */
  | { readonly type: 'ask'; readonly key: string; readonly now: MonotonicMs }
  | { readonly type: 'time'; readonly now: MonotonicMs };

/** `ended` tells who asked, in their order: exactly one is let in. */
export type PresenceNews =
  | { readonly type: 'opened' }
  | { readonly type: 'ended'; readonly askers: readonly string[] };

/** Nothing is known of the button: held from the first, it may be stuck. */
export const noPresence: PresenceState = { button: 'spent' };

/** What becomes of it, and what is to be told, in order. */
export function presenceStep(
  before: PresenceState,
  input: PresenceInput,
  holdMs: number,
): { readonly state: PresenceState; readonly news: readonly PresenceNews[] } {
  const news: PresenceNews[] = [];
  let state = before;
  const { now } = input;
  if (state.window && now >= state.window.until) {
    news.push({ type: 'ended', askers: state.window.askers });
    state = { button: state.button };
  }
  if (typeof state.button === 'number' && now - state.button >= holdMs) {
    // Held again while one is open, it makes that one no longer.
    if (!state.window) news.push({ type: 'opened' });
    const window = state.window ?? { until: (now + windowMs) as MonotonicMs, askers: [] };
    state = { button: 'spent', window };
  }
  if (input.type === 'button') state = { ...state, button: buttonAfter(state.button, input.down, now) };
  if (input.type === 'ask' && state.window) state = { ...state, window: asked(state.window, input.key) };
  return { state, news };
}

/** When something changes by itself; undefined where nothing does. */
export function presenceDue({ button, window }: PresenceState, holdMs: number): MonotonicMs | undefined {
  const times = [
    ...(typeof button === 'number' ? [button + holdMs] : []),
    ...(window === undefined ? [] : [window.until]),
  ];
  return times.length === 0 ? undefined : (Math.min(...times) as MonotonicMs);
}

function buttonAfter(
  button: PresenceState['button'],
  down: boolean | undefined,
  now: MonotonicMs,
): PresenceState['button'] {
  if (down === undefined) return 'spent';
  if (!down) return 'up';
  return button === 'up' ? now : button;
}

function asked(window: NonNullable<PresenceState['window']>, key: string): typeof window {
  const { askers } = window;
  if (askers.includes(key) || askers.length >= maxAskers) return window;
  return { ...window, askers: [...askers, key] };
}
