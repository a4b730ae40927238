import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFileDevice } from './bench-device.ts';
import { type Benchmark, type Figure, numbersOf, remark } from './benchmark.ts';
import { runJson, type Server, startServer } from './child.ts';
import { type Content, makeContent } from './content.ts';
import { buildGo, type GoPrograms } from './go.ts';

/** Between two viewers' offers. */
const staggerMs = 50;
const settleMs = 3_000;
/** For connecting and closing, beyond what is counted. */
const slackMs = 60_000;

const weriftServer = join(import.meta.dirname, 'peers/werift-server.ts');

/** What the load client prints. */
interface Load {
  readonly connected: number;
  readonly seconds: number;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
}

type Peer = (content: Content, programs: GoPrograms, viewers: number) => Promise<Server>;

const peers: Readonly<Record<string, Peer>> = {
  pion: ({ annexB }, programs) => startServer(programs.path('pion-server'), ['-video', annexB]),
  vedette: async ({ mp4 }, _, viewers) => {
    const { device, whep } = await startFileDevice(mp4, viewers);
    return {
      pid: device.pid,
      whep,
      stop: async () => {
        if (/transcod/.test(device.printed())) remark('vedette transcoded: these are no figures of fan-out');
        await device.stop();
      },
    };
  },
  werift: ({ annexB }) => startServer(process.execPath, [weriftServer, annexB]),
};

export const benchmark: Benchmark = {
  title:
    'one H.264 camera (720p30, 2 Mbit/s) to many viewers by WHEP: CPU of the server, without its ffmpeg; no more than Pion v3 at 20 viewers and above',
  options: {
    viewers: { about: 'how many, one after the other', default: '1,5,10,20,40,80' },
    peers: { about: 'which servers, in this order', default: Object.keys(peers).join(',') },
    seconds: { about: 'how long packets are counted', default: '10' },
    srtp: { about: 'the only SRTP profile offered, gcm or sha1', default: 'gcm' },
  },
  async run(option) {
    const programs = await buildGo(['pion-server', 'whep-load']);
    if (typeof programs === 'string') {
      remark(`nothing is measured: ${programs}`);
      return [];
    }
    const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
    try {
      const content = await makeContent(folder);
      const figures: Figure[] = [];
      for (const viewers of numbersOf(option('viewers'))) {
        const loads = new Map<string, Load>();
        for (const name of option('peers').split(',')) {
          const start = peers[name];
          if (start === undefined) throw new Error(`there is no peer ${name}`);
          remark(`${name}, ${viewers} viewers`);
          const server = await start(content, programs, viewers);
          try {
            loads.set(name, await load(programs, server, viewers, option));
          } finally {
            await server.stop();
          }
        }
        figures.push(...[...loads].flatMap(([name, it]) => figuresOf(name, viewers, it, loads.get('pion'))));
      }
      // What is offered alone is what was negotiated: the others would not have connected.
      remark(`SRTP profile: ${option('srtp') === 'gcm' ? 'AEAD_AES_128_GCM' : 'AES128_CM_HMAC_SHA1_80'}`);
      return figures;
    } finally {
      await rm(folder, { recursive: true, force: true });
      await programs.remove();
    }
  },
};

function load(
  programs: GoPrograms,
  { whep, pid }: Server,
  viewers: number,
  option: (name: string) => string,
): Promise<Load> {
  const [seconds = 10] = numbersOf(option('seconds'));
  const args = {
    url: whep,
    pid,
    viewers,
    srtp: option('srtp'),
    stagger: `${staggerMs}ms`,
    settle: `${settleMs}ms`,
    window: `${seconds}s`,
  };
  return runJson(
    programs.path('whep-load'),
    Object.entries(args).flatMap(([flag, value]) => [`-${flag}`, String(value)]),
    viewers * staggerMs + settleMs + seconds * 1_000 + slackMs,
  );
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
