import { startBenchDevice } from './bench-device.ts';
import type { Benchmark } from './benchmark.ts';
import { figures } from './statistics.ts';

const starts = 10;

export const benchmark: Benchmark = {
  title: 'process start to its HTTP server answering; under 1,500 ms',
  async run() {
    const samples: number[] = [];
    for (let count = 0; count < starts; count += 1) {
      const startedAt = performance.now();
      const device = await startBenchDevice();
      samples.push(performance.now() - startedAt);
      await device.stop();
    }
    return figures('vedette run', samples, 'ms');
  },
};
