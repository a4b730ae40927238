import { fileURLToPath } from 'node:url';
import { srtpProfiles } from '../src/transport/srtp/keys.ts';
import { type Benchmark, type Figure, numbersOf } from './benchmark.ts';
import { runJson, startTalker } from './child.ts';

const program = fileURLToPath(new URL('seal-path.ts', import.meta.url));
/**
 * V8 would free what encryption made on a thread of its own, which fights with this one over malloc's lock: three times
 * the cost of GCM where a core is idle.
 */
const node = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=1',
  '--no-concurrent-array-buffer-sweeping',
  program,
];
const deadlineMs = 120_000;

/** Where a packet's way ends. */
const ends = { headers: 'a header written', sealed: 'and sealed', sent: 'and sent' } as const;

export const benchmark: Benchmark = {
  title: 'CPU for one packet to one viewer, without a session around it: header, SRTP, send; at most 13 µs',
  options: { viewers: { about: 'who all get the same frames', default: '20' } },
  async run(option) {
    const [viewers = 1] = numbersOf(option('viewers'));
    const figures: Figure[] = [];
    const sink = startTalker(process.execPath, [...node, 'sink', String(viewers)]);
    try {
      const ports = await sink.next<number[]>();
      for (const [name, profile] of Object.entries(srtpProfiles)) {
        for (const [end, text] of Object.entries(ends)) {
          const run = [...node, end, String(profile), ports.join(',')];
          const { best, median } = await runJson<{ best: number; median: number }>(
            process.execPath,
            run,
            deadlineMs,
          );
          const what = `${name}, ${text}`;
          figures.push({ case: what, metric: 'best', value: best, unit: 'µs' });
          figures.push({ case: what, metric: 'median', value: median, unit: 'µs' });
        }
      }
      return figures;
    } finally {
      await sink.stop();
    }
  },
};
