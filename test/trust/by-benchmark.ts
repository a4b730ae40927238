import type { Benchmark, Figure } from '../../bench/benchmark.ts';
import type { TrustFigure } from './check.ts';

/** What of a benchmark's figures is promised. */
export interface PromisedFigure {
  readonly case: string;
  readonly metric: string;
  readonly must: TrustFigure['must'];
}

/**
 * A promise that a benchmark measures: runs it as it is by default, and holds its figures to their limits. A text says
 * why nothing was measured.
 */
export async function byBenchmark(
  benchmark: Benchmark,
  promised: readonly PromisedFigure[],
): Promise<readonly TrustFigure[] | string> {
  const figures = await benchmark.run((name) => benchmark.options?.[name]?.default ?? '');
  if (figures.length === 0) return 'the benchmark measured nothing';
  return promised.map(({ must, ...which }) => {
    const found = figures.find(
      (figure: Figure) => figure.case === which.case && figure.metric === which.metric,
    );
    return {
      what: `${which.case}: ${which.metric}`,
      value: found?.value ?? Number.NaN,
      unit: found?.unit ?? '',
      must,
    };
  });
}
