import { type Benchmark, type Figure, numbersOf, remark } from './benchmark.ts';
import { flagsOf, runJson, type Server } from './child.ts';
import type { GoPrograms } from './go.ts';
import { type Bench, serverOf, servers, withBench } from './servers.ts';

/** Between two viewers' offers. */
const staggerMs = 50;
const settleMs = 3_000;
/** For connecting and closing, beyond what is counted. */
const slackMs = 60_000;

/** What the load client prints. */
export interface Load {
  readonly connected: number;
  readonly seconds: number;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export interface LoadOptions {
  readonly viewers: number;
  readonly seconds: number;
  readonly srtp: string;
  readonly settleMs: number;
}

export const benchmark: Benchmark = {
  title:
    'one H.264 camera (720p30, 2 Mbit/s) to many viewers by WHEP: CPU of the server, without its ffmpeg; at 20 and above no more than Pion v3',
  options: {
    viewers: { about: 'how many, one after the other', default: '1,5,10,20,40,80' },
    peers: { about: 'which servers, in this order', default: Object.keys(servers).join(',') },
    seconds: { about: 'how long packets are counted', default: '10' },
    srtp: { about: 'the only SRTP profile offered, gcm or sha1', default: 'gcm' },
  },
  async run(option) {
    const figures = await withBench(async (bench) => {
      const all: Figure[] = [];
      for (const viewers of numbersOf(option('viewers')))
        all.push(...(await measure(bench, viewers, option)));
      return all;
    });
    // What is offered alone is what was negotiated: the others would not have connected.
    if (figures) remark(`SRTP: ${option('srtp') === 'gcm' ? 'AEAD_AES_128_GCM' : 'AES128_CM_HMAC_SHA1_80'}`);
    return figures ?? [];
  },
};

async function measure(bench: Bench, viewers: number, option: (name: string) => string): Promise<Figure[]> {
  const loads = new Map<string, Load>();
  for (const name of option('peers').split(',')) {
    remark(`${name}, ${viewers} viewers`);
    const server = await serverOf(name)(bench, viewers);
    try {
      const [seconds = 10] = numbersOf(option('seconds'));
      loads.set(
        name,
        await load(bench.programs, server, { viewers, seconds, srtp: option('srtp'), settleMs }),
      );
    } finally {
      await server.stop();
    }
  }
  return [...loads].flatMap(([name, it]) => figuresOf(name, viewers, it, loads.get('pion')));
}

/** Viewers that receive and count, in a process of their own. */
export function load(programs: GoPrograms, { whep, pid }: Server, options: LoadOptions): Promise<Load> {
  const { viewers, seconds, srtp } = options;
  const flags = flagsOf({
    url: whep,
    pid,
    viewers,
    srtp,
    stagger: `${staggerMs}ms`,
    settle: `${options.settleMs}ms`,
    window: `${seconds}s`,
  });
  const deadlineMs = viewers * staggerMs + options.settleMs + seconds * 1_000 + slackMs;
  return runJson(programs.path('whep-load'), flags, deadlineMs);
}

function figuresOf(name: string, viewers: number, load: Load, pion: Load | undefined): Figure[] {
  const figure = (metric: string, value: number, unit: string): Figure => ({
    case: `${name} ${viewers}`,
    metric,
    value,
    unit,
  });
  return [
    figure('µs per packet', microsPerPacket(load), 'µs'),
    figure('ms per Mbit', millisPerMbit(load), 'ms'),
    ...(pion && pion !== load
      ? [
          figure('ratio to pion', microsPerPacket(load) / microsPerPacket(pion), ''),
          figure('ratio to pion per Mbit', millisPerMbit(load) / millisPerMbit(pion), ''),
        ]
      : []),
    figure('cpu', load.cpuMs / load.seconds / 10, '% of a core'),
    figure('rss', load.rssBytes / 1e6, 'MB'),
    figure('packets', load.packets / load.seconds / load.connected, '/s and viewer'),
    figure('lost', (100 * load.lost) / (load.packets + load.lost), '%'),
    ...(load.connected < viewers ? [figure('connected', load.connected, 'viewers')] : []),
  ];
}

const microsPerPacket = ({ cpuMs, packets }: Load) => (cpuMs * 1_000) / packets;
const millisPerMbit = ({ cpuMs, bytes }: Load) => cpuMs / ((bytes * 8) / 1e6);
