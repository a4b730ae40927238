/** The last minutes of a sensor as a tile draws them, and where they lead. Pure. */

export interface Sample {
  /** Wall time of the device, ms. */
  readonly time: number;
  readonly value: number;
}

/** Oldest first. */
export type Trace = readonly Sample[];

/** What a tile's little line shows. */
const traceMs = 120_000;
/** Closer samples replace each other: a tile is no wider. */
const stepMs = 1_000;
/** A trend is that of the last minute; of less than a sixth of it nothing is said. */
const trendMs = 60_000;
const trendLeastMs = 10_000;

export const emptyTrace: Trace = [];

/** Adds a sample; one older than the newest is of no use and left out. */
export function extendTrace(trace: Trace, sample: Sample): Trace {
  const newest = trace.at(-1);
  if (newest !== undefined && sample.time < newest.time) return trace;
  const before = trace.at(-2);
  const replaces = before !== undefined && sample.time - before.time <= stepMs;
  const kept = (replaces ? trace.slice(0, -1) : trace).filter(({ time }) => sample.time - time <= traceMs);
  return [...kept, sample];
}

export type Trend = 'rising' | 'falling' | 'steady';

/**
 * Whether it rose or fell in the last minute by more than `least`: the slope of the least squares, so that noise on a
 * level line says nothing. Undefined while too little is known.
 */
export function trendOf(trace: Trace, least: number): Trend | undefined {
  const newest = trace.at(-1);
  if (newest === undefined) return undefined;
  const recent = trace.filter(({ time }) => newest.time - time <= trendMs);
  const first = recent[0];
  if (first === undefined || recent.length < 3 || newest.time - first.time < trendLeastMs) return undefined;
  const mean = (pick: (sample: Sample) => number): number =>
    recent.reduce((sum, sample) => sum + pick(sample), 0) / recent.length;
  const meanTime = mean(({ time }) => time);
  const meanValue = mean(({ value }) => value);
  let covariance = 0;
  let variance = 0;
  for (const { time, value } of recent) {
    covariance += (time - meanTime) * (value - meanValue);
    variance += (time - meanTime) ** 2;
  }
  const change = (covariance / variance) * (newest.time - first.time);
  if (Math.abs(change) <= least) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}

/**
 * The trace as points of an SVG polyline in a box of `width` by `height`: the newest at the right edge, the lowest at
 * the bottom. A level line lies in the middle.
 */
export function sparkline(trace: Trace, width: number, height: number): string {
  const newest = trace.at(-1);
  if (newest === undefined || trace.length < 2) return '';
  const values = trace.map(({ value }) => value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return trace
    .map(({ time, value }) => {
      const x = width * (1 - (newest.time - time) / traceMs);
      const y = span === 0 ? height / 2 : height * (1 - (value - low) / span);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
