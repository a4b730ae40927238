/**
 * What a quantity was in the last while, in at most {@link bucketsOfWindow} + 2 buckets, however many values came. A
 * value holds until the next one, so a sensor that speaks only when something changes is averaged rightly too.
 *
 * ```
 *   │ closed │ closed │ closed │ open ▏
 *   └─ oldest: may reach back a thirtieth further than the window is long
 * ```
 */
export interface Window {
  /** The value that holds since `at`; NaN while nothing is known. */
  readonly value: number;
  readonly at: number;
  /** The bucket that is being filled; undefined before the first value. */
  readonly open: Bucket | undefined;
  /** Those before it that still count, the oldest first. */
  readonly closed: readonly Bucket[];
  /** All of those together, so that a value costs the same however full the window is; undefined where there is none. */
  readonly past: Bucket | undefined;
}

/** A stretch of time, and what was known in it. */
interface Bucket {
  /** Counted in buckets since the clock's beginning. */
  readonly index: number;
  /** When its first value held, and which. */
  readonly firstAt: number;
  readonly first: number;
  readonly min: number;
  readonly max: number;
  /** For how long something was known in it, in ms, and the sum of value × ms. */
  readonly knownMs: number;
  readonly area: number;
}

/** A window slides in steps of a thirtieth of its length. */
const bucketsOfWindow = 30;
/** `rate` says nothing before it has seen so much of its window: two readings a moment apart are all noise. */
const leastShareOfRate = 0.5;

export const emptyWindow: Window = {
  value: Number.NaN,
  at: 0,
  open: undefined,
  closed: [],
  past: undefined,
};

/** How long a bucket is in a window of `ms`. */
export function bucketMs(ms: number): number {
  return ms / bucketsOfWindow;
}

/** A new value at `now`, or NaN where from now on nothing is known. */
export function withValue(window: Window, value: number, now: number, ms: number): Window {
  const { open, closed, past } = upTo(window, now, ms);
  if (Number.isNaN(value)) return { value, at: now, open, closed, past };
  const index = Math.floor(now / bucketMs(ms));
  if (open?.index === index) return { value, at: now, open: including(open, value, 0), closed, past };
  const older = open === undefined ? { closed, past } : closing(closed, open, index);
  return { value, at: now, open: begun(index, now, value), ...older };
}

/** How much it rose in the window's length; from half a window on, as if it went on like that. NaN: not known. */
export function rateOf(window: Window, now: number, ms: number): number {
  const { value, open, past } = upTo(window, now, ms);
  const oldest = past ?? open;
  if (oldest === undefined) return Number.NaN;
  const seenMs = now - oldest.firstAt;
  return seenMs < ms * leastShareOfRate ? Number.NaN : ((value - oldest.first) / seenMs) * ms;
}

/** Its mean over the time that it was known. NaN: not known now. */
export function meanOf(window: Window, now: number, ms: number): number {
  const { value, open, past } = upTo(window, now, ms);
  const knownMs = (open?.knownMs ?? 0) + (past?.knownMs ?? 0);
  if (Number.isNaN(value) || knownMs === 0) return value;
  return ((open?.area ?? 0) + (past?.area ?? 0)) / knownMs;
}

export function minOf(window: Window, now: number, ms: number): number {
  const { value, open, past } = upTo(window, now, ms);
  return Math.min(value, open?.min ?? value, past?.min ?? value);
}

export function maxOf(window: Window, now: number, ms: number): number {
  const { value, open, past } = upTo(window, now, ms);
  return Math.max(value, open?.max ?? value, past?.max ?? value);
}

/** The same window with its value held until `now`. */
function upTo(window: Window, now: number, ms: number): Window {
  const { value, at, open } = window;
  if (Number.isNaN(value) || now <= at || open === undefined) return window;
  const length = bucketMs(ms);
  const last = Math.floor(now / length);
  if (open.index === last) {
    const { closed, past } = window;
    return { value, at: now, open: including(open, value, now - at), closed, past };
  }
  // Of a long silence, only what the window can still show is filled in.
  const from = Math.max(open.index, last - bucketsOfWindow - 1);
  const isOld = from > open.index;
  let { closed, past } = isOld ? emptyWindow : window;
  let current = isOld ? begun(from, from * length, value) : open;
  let heldFrom = isOld ? from * length : at;
  for (let index = from; index < last; index++) {
    const end = (index + 1) * length;
    ({ closed, past } = closing(closed, including(current, value, end - heldFrom), index + 1));
    current = begun(index + 1, end, value);
    heldFrom = end;
  }
  return { value, at: now, open: including(current, value, now - heldFrom), closed, past };
}

function begun(index: number, at: number, value: number): Bucket {
  return { index, firstAt: at, first: value, min: value, max: value, knownMs: 0, area: 0 };
}

/** The bucket with a value that held in it for `ms`. */
function including(
  { index, firstAt, first, min, max, knownMs, area }: Bucket,
  value: number,
  ms: number,
): Bucket {
  return {
    index,
    firstAt,
    first,
    min: Math.min(min, value),
    max: Math.max(max, value),
    knownMs: knownMs + ms,
    area: area + value * ms,
  };
}

/** What is past once this bucket is closed, and the open one has this `index`. */
function closing(before: readonly Bucket[], bucket: Bucket, index: number): Pick<Window, 'closed' | 'past'> {
  const closed = [...before, bucket].filter((one) => one.index >= index - bucketsOfWindow);
  return { closed, past: closed.length === 0 ? undefined : closed.reduce(together) };
}

function together(older: Bucket, newer: Bucket): Bucket {
  return {
    index: older.index,
    firstAt: older.firstAt,
    first: older.first,
    min: Math.min(older.min, newer.min),
    max: Math.max(older.max, newer.max),
    knownMs: older.knownMs + newer.knownMs,
    area: older.area + newer.area,
  };
}
