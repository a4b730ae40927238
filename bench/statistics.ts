import type { Figure } from './benchmark.ts';

/** The value that a share of the sorted samples lie at or below (nearest rank). */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** Median, 95th percentile and count of one case. */
export function figures(name: string, samples: readonly number[], unit: string): Figure[] {
  return [
    { case: name, metric: 'median', value: quantile(samples, 0.5), unit },
    { case: name, metric: 'p95', value: quantile(samples, 0.95), unit },
    { case: name, metric: 'samples', value: samples.length, unit: '' },
  ];
}
