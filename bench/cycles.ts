import type { Device } from '../test/e2e/device.ts';
import { startFileDevice } from './bench-device.ts';
import { type Benchmark, type Figure, numbersOf, remark } from './benchmark.ts';
import { connect, watch } from './lean-viewers.ts';
import { withBench } from './servers.ts';

/** Caches, pools and compiled code have their size by then. */
const warmUp = 1_000;
/** How long ended sessions may take until nothing of them is left. */
const settleMs = 5_000;
const collectDeadlineMs = 10_000;
const watchSeconds = 60 * 60;
const viewers = 100;

/** Loaded into the agent: on SIGUSR2 it collects its garbage and prints what is left. */
const probe = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collect();
    // What finalizers let go is collected too.
    setTimeout(() => {
      collect();
      const handles = process.getActiveResourcesInfo().length;
      process.stderr.write('\\nmemory ' + JSON.stringify({ ...process.memoryUsage(), handles }) + '\\n');
    }, 500);
  });
`;

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** Sockets, timers and whatever else keeps the process alive. */
  readonly handles: number;
}

export const benchmark: Benchmark = {
  title: 'memory that a connection leaves behind when it is closed, after 1,000 of them; under 1 kB',
  options: {
    count: { about: 'connections, with the 1,000 that warm up', default: '10000' },
    parallel: { about: 'at once', default: '4' },
  },
  async run(option) {
    const [count = 0] = numbersOf(option('count'));
    const [parallel = 1] = numbersOf(option('parallel'));
    const measured = count - Math.min(warmUp, Math.floor(count / 2));
    const figures = await withBench(async ({ content, programs }) => {
      const { device, whep } = await startFileDevice(content.mp4, viewers, {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(probe)}`,
      });
      try {
        const server = { pid: device.pid, whep, stop: async () => {} };
        const { viewer } = await watch(programs, server, watchSeconds);
        remark(`${count - measured} to warm up`);
        await connect(programs, server, { count: count - measured, parallel });
        const before = await memoryOf(device);
        const half = Math.floor(measured / 2);
        remark(`${measured} that count`);
        const first = await connect(programs, server, { count: half, parallel });
        const between = await memoryOf(device);
        const second = await connect(programs, server, { count: measured - half, parallel });
        const after = await memoryOf(device);
        await viewer.stop();
        const a = (metric: string, value: number, unit: string): Figure => ({
          case: 'a cycle',
          metric,
          value,
          unit,
        });
        return [
          a('rss', (after.rss - before.rss) / measured, 'B'),
          // What the allocator takes once and keeps shows in the first half alone; a leak shows in both.
          a('rss, 2nd half', (after.rss - between.rss) / (measured - half), 'B'),
          a('heap', (held(after) - held(before)) / measured, 'B'),
          a('heap, 2nd half', (held(after) - held(between)) / (measured - half), 'B'),
          { case: 'all cycles', metric: 'handles', value: after.handles - before.handles, unit: '' },
          a('cpu', (first.cpuMs + second.cpuMs) / measured, 'ms'),
          a('cycles', measured, ''),
          a('rate', measured / (first.seconds + second.seconds), '/s'),
          ...Object.entries({ 'after warm-up': before, 'at the end': after }).flatMap(([when, memory]) => [
            { case: when, metric: 'rss', value: memory.rss / 1e6, unit: 'MB' },
            { case: when, metric: 'heap', value: held(memory) / 1e6, unit: 'MB' },
          ]),
        ];
      } finally {
        await device.stop();
      }
    });
    return figures ?? [];
  },
};

/** What JavaScript holds, buffers with it. */
const held = ({ heapUsed, external }: Memory) => heapUsed + external;

/** The agent's memory when its ended sessions are gone and its garbage is collected. */
async function memoryOf(device: Device): Promise<Memory> {
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const from = device.printed().length;
  device.signal('SIGUSR2');
  const deadline = performance.now() + collectDeadlineMs;
  while (performance.now() < deadline) {
    const told = /^memory (.*)$/m.exec(device.printed().slice(from))?.[1];
    if (told?.endsWith('}')) return JSON.parse(told) as Memory;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the agent does not tell its memory:\n${device.printed().slice(-2_000)}`);
}
