import { benchmark } from '../../../bench/cycles.ts';
import { byBenchmark } from '../by-benchmark.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title:
    '10,000 times connect, watch, close: under 1 kB of memory a cycle, and no socket or timer more than before',
  run: () =>
    byBenchmark(benchmark, [
      { case: 'a cycle', metric: 'heap, 2nd half', must: { atMost: 1_000 } },
      { case: 'a cycle', metric: 'rss, 2nd half', must: { atMost: 1_000 } },
      { case: 'all cycles', metric: 'handles', must: { atMost: 0 } },
      { case: 'a cycle', metric: 'cycles', must: { atLeast: 9_000 } },
    ]),
};
