import { type Benchmark, type Figure, numbersOf, remark } from './benchmark.ts';
import { flagsOf, runJson, type Talker } from './child.ts';
import { type Second, watch } from './lean-viewers.ts';
import { cpuMs } from './process-usage.ts';
import { serverOf, servers, withBench } from './servers.ts';

const quietSeconds = 10;
const slackSeconds = 60;

/** What the flooder prints. */
interface Flooded {
  readonly sent: number;
  readonly spoofed: number;
  readonly bytesIn: number;
  readonly bytesBack: number;
  readonly back: number;
  readonly seconds: number;
}

export const benchmark: Benchmark = {
  title:
    'one viewer while strangers send forged STUN, DTLS, RTP and noise to its port: packets within 10 % of before, no more bytes out than in',
  options: {
    peers: { about: `which servers, of ${Object.keys(servers).join(',')}`, default: 'vedette' },
    rate: { about: 'forged datagrams a second', default: '10000' },
    seconds: { about: 'how long', default: '60' },
  },
  async run(option) {
    const [rate = 0] = numbersOf(option('rate'));
    const [seconds = 0] = numbersOf(option('seconds'));
    const figures = await withBench(async (bench) => {
      const all: Figure[] = [];
      for (const name of option('peers').split(',')) {
        const server = await serverOf(name)(bench, 20);
        try {
          const { place, viewer } = await watch(
            bench.programs,
            server,
            2 * quietSeconds + seconds + slackSeconds,
          );
          remark(`${name}: ${quietSeconds} s of quiet, then ${seconds} s of flood`);
          try {
            const before = await taken(viewer, quietSeconds, server.pid);
            const flooding = runJson<Flooded>(
              bench.programs.path('whep-load'),
              flagsOf({ mode: 'flood', ...place, rate, window: `${seconds}s` }),
              (seconds + slackSeconds) * 1_000,
            );
            const [during, flood] = await Promise.all([taken(viewer, seconds, server.pid), flooding]);
            const after = await taken(viewer, quietSeconds, server.pid);
            all.push(...figuresOf(name, { before, during, after, flood }));
          } finally {
            await viewer.stop();
          }
        } finally {
          await server.stop();
        }
      }
      return all;
    });
    return figures ?? [];
  },
};

interface Taken {
  /** A second. */
  readonly packets: number;
  /** A second, of all that is no RTP. */
  readonly otherBytes: number;
  /** Of a core. */
  readonly cpu: number;
}

/** What a viewer received over so many seconds, and what the server did meanwhile. */
async function taken(viewer: Talker, seconds: number, pid: number): Promise<Taken> {
  const [begun, cpu] = [performance.now(), cpuMs(pid)];
  let packets = 0;
  let otherBytes = 0;
  for (let second = 0; second < seconds; second += 1) {
    const next = await viewer.next<Second>();
    packets += next.packets;
    otherBytes += next.otherBytes;
  }
  return {
    packets: packets / seconds,
    otherBytes: otherBytes / seconds,
    cpu: (cpuMs(pid) - cpu) / (performance.now() - begun),
  };
}

function figuresOf(
  name: string,
  { before, during, after, flood }: { before: Taken; during: Taken; after: Taken; flood: Flooded },
): Figure[] {
  const figure = (when: string, metric: string, value: number, unit: string): Figure => ({
    case: `${name}, ${when}`,
    metric,
    value,
    unit,
  });
  // Answers to what claimed to be the viewer's went to the viewer.
  const toViewer = Math.max(0, during.otherBytes - before.otherBytes) * flood.seconds;
  return [
    figure('before', 'packets', before.packets, '/s'),
    figure('during', 'packets', during.packets, '/s'),
    figure('after', 'packets', after.packets, '/s'),
    figure('during', 'of before', (100 * during.packets) / before.packets, '%'),
    figure('before', 'cpu', 100 * before.cpu, '% of a core'),
    figure('during', 'cpu', 100 * during.cpu, '% of a core'),
    figure('flood', 'rate', flood.sent / flood.seconds, '/s'),
    figure('flood', 'spoofed', (100 * flood.spoofed) / flood.sent, '%'),
    figure('flood', 'bytes in', flood.bytesIn, 'B'),
    figure('flood', 'bytes back', flood.bytesBack, 'B'),
    figure('flood', 'to the viewer', toViewer, 'B'),
    figure('flood', 'out per byte in', (flood.bytesBack + toViewer) / flood.bytesIn, 'B'),
  ];
}
