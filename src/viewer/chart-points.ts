/** Readings as a chart draws them: columns, with gaps where nothing was measured. Pure. */

import type { Point } from './history.ts';
import type { Sample } from './trace.ts';

/** One array a line, as uPlot wants them; null is a gap. Times are wall seconds. */
export interface Columns {
  readonly times: number[];
  readonly least: (number | null)[];
  readonly mean: (number | null)[];
  readonly greatest: (number | null)[];
}

/** Silence of so many usual steps is a gap: three periods are a fault, too. */
const gapSteps = 3.5;

/** What was asked for, and behind it what came live since. */
export function columnsOf(points: readonly Point[], live: readonly Sample[], stepMs: number): Columns {
  const last = points.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  const all: Point[] = [
    ...points,
    ...live
      .filter(({ time }) => time > last + stepMs)
      .map(({ time, value }): Point => [time, value, value, value]),
  ];
  const gapMs = gapSteps * Math.max(stepMs, usualStep(points), usualStep(all));
  const columns: Columns = { times: [], least: [], mean: [], greatest: [] };
  let before: number | undefined;
  for (const [time, least, mean, greatest] of all) {
    if (before !== undefined && time - before > gapMs) push(columns, (before + time) / 2, null, null, null);
    push(columns, time, least, mean, greatest);
    before = time;
  }
  return columns;
}

function push(
  columns: Columns,
  time: number,
  least: number | null,
  mean: number | null,
  greatest: number | null,
): void {
  columns.times.push(time / 1000);
  columns.least.push(least);
  columns.mean.push(mean);
  columns.greatest.push(greatest);
}

/** The median distance of neighbours: a sensor that is read once a minute has no gaps at a finer step. */
function usualStep(points: readonly Point[]): number {
  const steps = points.slice(1).map(([time], index) => time - (points[index]?.[0] ?? time));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}

/** Keeps live samples for a chart: those after `from`, oldest first, each time once. */
export function withSample(live: readonly Sample[], sample: Sample, from: number): readonly Sample[] {
  const newest = live.at(-1);
  if (newest !== undefined && sample.time <= newest.time) return live;
  return [...live.filter(({ time }) => time >= from), sample];
}

/** What a window holds, for whoever cannot see it; undefined where it is empty. */
export function summaryOf(
  { times, least, mean, greatest }: Columns,
  from: number,
  to: number,
): { readonly low: number; readonly high: number; readonly last: number } | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let last: number | undefined;
  for (const [index, time] of times.entries()) {
    if (time * 1000 < from || time * 1000 > to) continue;
    low = Math.min(low, least[index] ?? low);
    high = Math.max(high, greatest[index] ?? high);
    last = mean[index] ?? last;
  }
  return last === undefined ? undefined : { low, high, last };
}

/**
 * What a chart shows from bottom to top: its values with some room, and limits that are within reach of them. A limit
 * far off would press the line flat.
 */
export function heightOf(low: number, high: number, limits: readonly number[]): readonly [number, number] {
  const span = Math.max(high - low, Math.abs(high) * 0.01, Number.EPSILON);
  const reach = 3 * span;
  const near = limits.filter((limit) => limit >= low - reach && limit <= high + reach);
  const bottom = Math.min(low, ...near);
  const top = Math.max(high, ...near);
  const room = (top - bottom || span) * 0.08;
  return [bottom - room, top + room];
}
