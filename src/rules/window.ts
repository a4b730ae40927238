/**
 * What a quantity was in the last while, in at most {@link bucketsOfWindow} + 1 buckets, however many values came. A
 * value holds until the next one, so a sensor that speaks only when something changes is averaged rightly too.
 */
export interface Window {
  /** The value that holds since `at`; NaN while nothing is known. */
  readonly value: number;
  readonly at: number;
  /** The bucket that is being filled; undefined before the first value. */
  readonly open?: Bucket;
  /** Those before it that still count, the oldest first. */
  readonly closed: readonly Bucket[];
}

interface Bucket {
  /** Which stretch of time, counted in buckets. */
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

export const emptyWindow: Window = { value: Number.NaN, at: 0, closed: [] };

export function bucketMs(ms: number): number {
  return ms / bucketsOfWindow;
}

/** A new value at `now`, or NaN where from now on nothing is known. */
export function withValue(window: Window, value: number, now: number, ms: number): Window {
  const held = upTo(window, now, ms);
  if (Number.isNaN(value)) return { ...held, value, at: now };
  const index = Math.floor(now / bucketMs(ms));
  if (held.open === undefined) return { value, at: now, open: begun(index, now, value), closed: held.closed };
  if (held.open.index !== index) {
    return { value, at: now, open: begun(index, now, value), closed: closedBy(held, index) };
  }
  const { open } = held;
  const grown = { ...open, min: Math.min(open.min, value), max: Math.max(open.max, value) };
  return { value, at: now, open: grown, closed: held.closed };
}

/** What is known of it at `now`. */
export function rateOf(window: Window, now: number, ms: number): number {
  if (Number.isNaN(window.value)) return Number.NaN;
  const oldest = countingBuckets(upTo(window, now, ms), now, ms)[0];
  if (oldest === undefined) return Number.NaN;
  const seenMs = now - oldest.firstAt;
  if (seenMs < ms * leastShareOfRate) return Number.NaN;
  return ((window.value - oldest.first) / seenMs) * ms;
}

export function meanOf(window: Window, now: number, ms: number): number {
  if (Number.isNaN(window.value)) return Number.NaN;
  let area = 0;
  let knownMs = 0;
  for (const bucket of countingBuckets(upTo(window, now, ms), now, ms)) {
    area += bucket.area;
    knownMs += bucket.knownMs;
  }
  return knownMs > 0 ? area / knownMs : window.value;
}

export function minOf(window: Window, now: number, ms: number): number {
  return extreme(window, now, ms, (least, { min }) => Math.min(least, min));
}

export function maxOf(window: Window, now: number, ms: number): number {
  return extreme(window, now, ms, (most, { max }) => Math.max(most, max));
}

function extreme(
  window: Window,
  now: number,
  ms: number,
  of: (value: number, bucket: Bucket) => number,
): number {
  if (Number.isNaN(window.value)) return Number.NaN;
  return countingBuckets(upTo(window, now, ms), now, ms).reduce(of, window.value);
}

/** The buckets that are younger than the window is long, or partly so. */
function countingBuckets({ open, closed }: Window, now: number, ms: number): readonly Bucket[] {
  if (open === undefined) return [];
  const oldest = Math.floor((now - ms) / bucketMs(ms));
  return [...closed, open].filter(({ index }) => index >= oldest);
}

/** The same window with its value held until `now`. */
function upTo(window: Window, now: number, ms: number): Window {
  const { value, at } = window;
  if (Number.isNaN(value) || now <= at || window.open === undefined) return window;
  const length = bucketMs(ms);
  const last = Math.floor(now / length);
  let { open, closed } = window;
  let from = at;
  // Of a long silence, only what the window can still show is filled in.
  const first = Math.max(open.index, last - bucketsOfWindow - 1);
  if (first > open.index) {
    from = first * length;
    open = begun(first, from, value);
    closed = [];
  }
  for (let index = first; index < last; index++) {
    const end = (index + 1) * length;
    closed = closedBy({ ...window, open: held(open, value, end - from), closed }, index + 1);
    from = end;
    open = begun(index + 1, end, value);
  }
  return { value, at: now, open: held(open, value, now - from), closed };
}

function held(bucket: Bucket, value: number, ms: number): Bucket {
  return {
    ...bucket,
    min: Math.min(bucket.min, value),
    max: Math.max(bucket.max, value),
    knownMs: bucket.knownMs + ms,
    area: bucket.area + value * ms,
  };
}

function begun(index: number, at: number, value: number): Bucket {
  return { index, firstAt: at, first: value, min: value, max: value, knownMs: 0, area: 0 };
}

/** The closed buckets once the open one is closed too. */
function closedBy({ open, closed }: Window, index: number): readonly Bucket[] {
  const all = open === undefined ? closed : [...closed, open];
  return all.filter((bucket) => bucket.index >= index - bucketsOfWindow - 1);
}
