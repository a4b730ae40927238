import { benchmark } from '../../../bench/flood.ts';
import { byBenchmark } from '../by-benchmark.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title:
    '10,000 forged datagrams a second for 60 s: an honest viewer gets its packets, and no more goes out than came in',
  run: () =>
    byBenchmark(benchmark, [
      { case: 'vedette, during', metric: 'of before', must: { atLeast: 90 } },
      { case: 'vedette, flood', metric: 'out per byte in', must: { atMost: 1 } },
      { case: 'vedette, flood', metric: 'rate', must: { atLeast: 9_000 } },
    ]),
};
