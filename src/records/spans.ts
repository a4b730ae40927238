/** Readings of a stretch of time in one: a single reading, or the sum of many. `time`: its start, wall time in ms. */
export interface Span {
  readonly time: number;
  /** Readings in it. */
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** The stretch of a chart and how many points it can show. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/**
 * At most `points` spans: those given where they are few enough, else joined into equal steps of the window. A step
 * without readings has no point, so a gap stays one. `spans` are in order of time.
 */
export function thinned(spans: readonly Span[], { from, to, points }: Window): Span[] {
  if (spans.length <= points) return [...spans];
  const stepMs = (to - from) / points;
  const joined: Span[] = [];
  let step = -1;
  for (const span of spans) {
    const own = Math.min(points - 1, Math.max(0, Math.floor((span.time - from) / stepMs)));
    const last = joined.at(-1);
    if (own === step && last) joined[joined.length - 1] = join(last, span);
    else joined.push({ ...span, time: from + own * stepMs });
    step = own;
  }
  return joined;
}

function join(one: Span, other: Span): Span {
  const count = one.count + other.count;
  return {
    time: one.time,
    count,
    min: Math.min(one.min, other.min),
    mean: (one.mean * one.count + other.mean * other.count) / count,
    max: Math.max(one.max, other.max),
  };
}
