/**
 * Press and hold, as a pure state machine: what a finger or a key did, and `now`, in; the next state, and whether it is
 * to be done now, out.
 *
 * ```
 * idle ─press▶ holding ─1 s▶ done (idle)
 *   ▲             │ let go early, left: idle
 *   │             │ a key let go early: a press, which asks first
 *   └──cancel── confirming ─confirm▶ done (idle)
 * ```
 */

/** Long enough that nothing in a pocket does it, short enough to be held in the rain. */
export const holdMs = 1_000;

export type Hold =
  | { readonly phase: 'idle' }
  | { readonly phase: 'holding'; readonly by: 'pointer' | 'key'; readonly since: number }
  /** Pressed by who cannot hold, as some keyboards and screen readers: asks once more instead. */
  | { readonly phase: 'confirming' };

export type HoldInput =
  | { readonly type: 'press'; readonly by: 'pointer' | 'key' }
  /** The finger or the key is up again. */
  | { readonly type: 'let-go' }
  /** The finger slid off, the page scrolled, the focus went elsewhere. */
  | { readonly type: 'left' }
  /** A click without a pointer and without a key: a screen reader's, a voice's. */
  | { readonly type: 'activated' }
  | { readonly type: 'confirmed' | 'cancelled' }
  /** The second may be over. */
  | { readonly type: 'tick' };

export interface HoldStep {
  readonly hold: Hold;
  /** Do it now. */
  readonly done: boolean;
}

export const notHeld: Hold = { phase: 'idle' };

export function stepHold(hold: Hold, input: HoldInput, now: number): HoldStep {
  const stay = { hold, done: false };
  const idle = { hold: notHeld, done: false };
  const done = { hold: notHeld, done: true };
  const confirming: HoldStep = { hold: { phase: 'confirming' }, done: false };
  switch (hold.phase) {
    case 'idle':
      if (input.type === 'press')
        return { hold: { phase: 'holding', by: input.by, since: now }, done: false };
      return input.type === 'activated' ? confirming : stay;
    case 'holding': {
      const over = now - hold.since >= holdMs;
      if (input.type === 'tick') return over ? done : stay;
      if (input.type === 'left') return idle;
      // A key repeats and is let go late or early as it likes; a finger that is up has changed its mind.
      if (input.type === 'let-go') return over ? done : hold.by === 'key' ? confirming : idle;
      return stay;
    }
    case 'confirming':
      if (input.type === 'confirmed') return done;
      return input.type === 'cancelled' ? idle : stay;
  }
}
