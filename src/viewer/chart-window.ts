/** The stretch of time that charts show, and what of it to ask for. Pure; all times are wall ms. */

export interface ChartWindow {
  readonly from: number;
  readonly to: number;
  /** Its end moves with the time. */
  readonly follows: boolean;
}

/** Below this there is nothing between two samples. */
const shortestMs = 10_000;
const longestMs = 400 * 86_400_000;
/** What is appended live is asked for again, in its proper steps, after this. */
const freshMs = 60_000;

/** The last `lengthMs`. */
export const lastOf = (lengthMs: number, now: number): ChartWindow => ({
  from: now - lengthMs,
  to: now,
  follows: true,
});

/** A window that follows ends now. */
export function following(window: ChartWindow, now: number): ChartWindow {
  return window.follows ? { from: now - (window.to - window.from), to: now, follows: true } : window;
}

/** `factor` under 1 shows less; `at` stays where it is on the screen. A window that follows keeps its end. */
export function zoomed(window: ChartWindow, factor: number, at: number, now: number): ChartWindow {
  const length = window.to - window.from;
  const next = Math.min(longestMs, Math.max(shortestMs, length * factor));
  const held = window.follows && at >= window.from + 0.9 * length ? window.to : at;
  const share = length === 0 ? 1 : (held - window.from) / length;
  return ended({ from: held - share * next, to: held + (1 - share) * next }, now);
}

/** Moves it; what is to come cannot be shown, and a window that is moved against now follows again. */
export function moved({ from, to }: ChartWindow, byMs: number, now: number): ChartWindow {
  return ended({ from: from + byMs, to: to + byMs }, now);
}

function ended({ from, to }: { readonly from: number; readonly to: number }, now: number): ChartWindow {
  if (to < now) return { from, to, follows: false };
  return { from: now - (to - from), to: now, follows: true };
}

/** What was asked for: points of `stepMs` each, from `from` to `to`. */
export interface Loaded {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** What to ask for: half a window more on either side, so that a short way back or forth is there already. */
export function spanFor({ from, to }: ChartWindow, width: number, now: number): Loaded {
  const length = to - from;
  return {
    from: from - length / 2,
    to: Math.min(now, to + length / 2),
    stepMs: length / Math.max(1, width),
  };
}

/** Whether what is loaded shows a window as well as asking again would. */
export function shows(loaded: Loaded | undefined, window: ChartWindow, width: number, now: number): boolean {
  if (loaded === undefined) return false;
  const wanted = (window.to - window.from) / Math.max(1, width);
  return (
    loaded.from <= window.from &&
    loaded.to >= Math.min(window.to, now - freshMs) &&
    loaded.stepMs <= 1.5 * wanted &&
    loaded.stepMs >= wanted / 4
  );
}
