import type { MonotonicMs } from '../clock.ts';

/** A camera without users stays open this long, so that a page reload finds it warm. */
export const cameraLingerMs = 10_000;
/** Opening may take this long: an RTSP camera gives its next keyframe when it likes. */
export const startAllowanceMs = 10_000;
/** A live camera that gives no frame for this long hangs … */
export const hungMs = 2_000;
/** … or for so many frame times, where those are longer. */
const hungFrameTimes = 3;
/** The first wait before it is opened again; doubled each time, with full jitter so that cameras do not march in step. */
const firstBackoffMs = 250;
/** While a device is not there: it must be back within 3 s of being plugged in, and looking for it costs little. */
export const missingBackoffMs = 1_000;
/** While it fails for other reasons. */
const failingBackoffMs = 8_000;
/** After so many failures in a row the circuit opens … */
export const breakerFailures = 12;
/** … and it is tried only this often: a process each second for hours wears out a small device. */
export const breakerMs = 30_000;
/** Live for this long, earlier failures are forgotten. */
const settledMs = 10_000;

/** A camera's life, apart from its processes. `open` counts runs of the source. */
export interface CameraState {
  readonly wanted: boolean;
  /** Privacy mode: it stays closed, whoever wants it. */
  readonly private: boolean;
  /** When the last user left. */
  readonly unusedSinceMs: number;
  readonly run: /** Nothing is open; `retryMs` is when to try, where it is wanted. */
    | { readonly phase: 'closed'; readonly retryMs: number }
    /** Opened; no frame yet. */
    | { readonly phase: 'opening'; readonly sinceMs: number }
    | {
        readonly phase: 'running';
        readonly sinceMs: number;
        readonly lastFrameMs: number;
        readonly hungMs: number;
      }
    /** Being closed; what comes next is decided when it is gone. */
    | { readonly phase: 'closing'; readonly retryMs: number };
  /** Failures in a row. */
  readonly failures: number;
  /** Of those, the last ones in a row that were for other reasons than a missing device. */
  readonly otherFailures: number;
}

export type CameraInput =
  | { readonly type: 'used' }
  | { readonly type: 'unused' }
  /** Privacy mode begins or ends. */
  | { readonly type: 'private'; readonly on: boolean }
  /** A frame came; `frameRate` as promised. */
  | { readonly type: 'frame'; readonly frameRate: number }
  /** The source ended by itself. `missing`: its device is not there. */
  | { readonly type: 'ended'; readonly missing: boolean }
  /** The source that was closed is gone. */
  | { readonly type: 'closed' }
  /** Time has passed. */
  | { readonly type: 'tick' };

/** What is to be done. `hung` comes before `close` where the watchdog bit, with how long it had waited. */
export type CameraEffect =
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'hung'; readonly afterMs: number };

export interface CameraStep {
  readonly state: CameraState;
  readonly effects: readonly CameraEffect[];
}

export const cameraAtRest: CameraState = {
  wanted: false,
  private: false,
  unusedSinceMs: 0,
  run: { phase: 'closed', retryMs: 0 },
  failures: 0,
  otherFailures: 0,
};

/** How long to wait before the next try; `random` in [0, 1). */
function backoffMs(
  { failures, otherFailures }: Pick<CameraState, 'failures' | 'otherFailures'>,
  random: number,
): number {
  if (otherFailures >= breakerFailures) return breakerMs * (0.75 + random / 4);
  const cap = otherFailures === 0 ? missingBackoffMs : failingBackoffMs;
  return random * Math.min(cap, firstBackoffMs * 2 ** Math.min(failures, 16));
}

/**
 * What a camera does next: opened by its first user, closed when nobody used it for a while, opened again with
 * backoff when it fails or hangs. Pure: `random` and `now` come from outside.
 */
export function stepCamera(
  state: CameraState,
  input: CameraInput,
  now: MonotonicMs,
  random: number,
): CameraStep {
  switch (input.type) {
    case 'used':
      return due({ ...tryNow(state, now), wanted: true }, now, random);
    case 'unused':
      return { state: { ...state, wanted: false, unusedSinceMs: now }, effects: [] };
    case 'private':
      return input.on
        ? closeForPrivacy(state, now)
        : due({ ...tryNow(state, now), private: false }, now, random);
    case 'frame':
      return { state: frameCame(state, input.frameRate, now), effects: [] };
    case 'ended':
      return failed(state, input.missing, now, random);
    case 'closed':
      if (state.run.phase !== 'closing') return { state, effects: [] };
      return due({ ...state, run: { phase: 'closed', retryMs: state.run.retryMs } }, now, random);
    case 'tick':
      return due(state, now, random);
  }
}

/** When {@link stepCamera} wants its next tick; undefined where nothing is due by time alone. */
export function nextTickMs(state: CameraState): number | undefined {
  const { wanted, unusedSinceMs, run } = state;
  if (state.private) return undefined;
  const lingerEndMs = wanted ? Number.POSITIVE_INFINITY : unusedSinceMs + cameraLingerMs;
  switch (run.phase) {
    case 'closed':
      return wanted ? run.retryMs : undefined;
    case 'opening':
      return Math.min(run.sinceMs + startAllowanceMs, lingerEndMs);
    case 'running':
      return Math.min(run.lastFrameMs + run.hungMs, lingerEndMs);
    case 'closing':
      return undefined;
  }
}

/** Whatever went wrong before, somebody who comes now gets a try now. */
function tryNow(state: CameraState, now: MonotonicMs): CameraState {
  return state.run.phase === 'closed' ? { ...state, run: { ...state.run, retryMs: now } } : state;
}

/** At once, whoever uses it; nothing that comes later opens it. */
function closeForPrivacy(state: CameraState, now: MonotonicMs): CameraStep {
  const shut = { ...state, private: true, failures: 0, otherFailures: 0 };
  if (state.run.phase !== 'opening' && state.run.phase !== 'running') return { state: shut, effects: [] };
  return { state: { ...shut, run: { phase: 'closing', retryMs: now } }, effects: [{ do: 'close' }] };
}

function frameCame(state: CameraState, frameRate: number, now: MonotonicMs): CameraState {
  const { run } = state;
  if (run.phase === 'opening') {
    const hung = Math.max(hungMs, (hungFrameTimes * 1000) / Math.max(frameRate, 0.01));
    return { ...state, run: { phase: 'running', sinceMs: now, lastFrameMs: now, hungMs: hung } };
  }
  if (run.phase !== 'running') return state;
  const settled = state.failures > 0 && now - run.sinceMs >= settledMs;
  return { ...state, ...(settled && { failures: 0, otherFailures: 0 }), run: { ...run, lastFrameMs: now } };
}

function due(state: CameraState, now: MonotonicMs, random: number): CameraStep {
  const { wanted, run } = state;
  const tickMs = nextTickMs(state);
  if (tickMs === undefined || tickMs > now) return { state, effects: [] };
  if (run.phase === 'closed') {
    return { state: { ...state, run: { phase: 'opening', sinceMs: now } }, effects: [{ do: 'open' }] };
  }
  if (!wanted && now >= state.unusedSinceMs + cameraLingerMs) {
    const rested = {
      ...state,
      failures: 0,
      otherFailures: 0,
      run: { phase: 'closing', retryMs: now },
    } as const;
    return { state: rested, effects: [{ do: 'close' }] };
  }
  const afterMs = run.phase === 'running' ? run.hungMs : startAllowanceMs;
  const { state: next, effects } = failed(state, false, now, random);
  return { state: next, effects: [{ do: 'hung', afterMs }, ...effects] };
}

function failed(state: CameraState, missing: boolean, now: MonotonicMs, random: number): CameraStep {
  if (state.run.phase !== 'opening' && state.run.phase !== 'running') return { state, effects: [] };
  const otherFailures = missing ? 0 : state.otherFailures + 1;
  const retryMs = now + backoffMs({ failures: state.failures, otherFailures }, random);
  const failures = state.failures + 1;
  return {
    state: { ...state, failures, otherFailures, run: { phase: 'closing', retryMs } },
    effects: [{ do: 'close' }],
  };
}
