import { leave, play } from '../test/browsers/whep.ts';
import type { Device } from '../test/e2e/device.ts';
import { emptyPage, launchChromium } from './bench-browser.ts';
import { feed, startBenchDevice, startFileDevice } from './bench-device.ts';
import { type Benchmark, type Figure, numbersOf, remark } from './benchmark.ts';
import type { Server } from './child.ts';
import { loadWhep, repeated } from './first-frame.ts';
import { type Connections, connect, watch } from './lean-viewers.ts';
import { loadOf } from './process-usage.ts';
import { type Bench, serverOf, servers, withBench } from './servers.ts';
import { figures } from './statistics.ts';

/** Before the first that counts: code gets compiled. */
const warmUp = 20;
/** Whoever watches meanwhile keeps the camera on; nothing here lasts longer. */
const watchSeconds = 15 * 60;
const idleMs = 3_000;
const frames = 20;

export const benchmark: Benchmark = {
  title:
    'offer sent to first SRTP packet, median under 60 ms; to first decoded frame in Chromium, under 100 ms; CPU of a handshake, under 4 ms',
  options: {
    peers: { about: 'which servers, in this order', default: Object.keys(servers).join(',') },
    count: { about: 'connections until a packet', default: '40' },
    handshakes: { about: 'connections without media whose CPU is counted', default: '200' },
    chromium: { about: 'loads in Chromium, 0 for none', default: String(frames) },
  },
  async run(option) {
    const measured = await withBench(async (bench) => {
      const all: Figure[] = [];
      for (const name of option('peers').split(',')) {
        remark(`${name}: connecting`);
        const server = await serverOf(name)(bench, 100);
        try {
          all.push(...(await packets(bench, name, server, option)));
        } finally {
          await server.stop();
        }
      }
      if (option('chromium') !== '0') {
        const { device } = await startFileDevice(bench.content.mp4, 100);
        all.push(...(await chromium(`camera's own H.264`, device, numbersOf(option('chromium')))));
      }
      return all;
    });
    if (option('chromium') === '0') return measured ?? [];
    const encoded = await chromium('encoded H.264', await startBenchDevice(), numbersOf(option('chromium')));
    return [...(measured ?? []), ...encoded];
  },
};

async function packets(
  { programs }: Bench,
  name: string,
  server: Server,
  option: (name: string) => string,
): Promise<Figure[]> {
  const [count = 0] = numbersOf(option('count'));
  const [handshakes = 0] = numbersOf(option('handshakes'));
  const { viewer } = await watch(programs, server, watchSeconds);
  try {
    await connect(programs, server, { count: warmUp });
    const idle = await loadOf(server.pid, idleMs);
    const media = await connect(programs, server, { count });
    const bare = await connect(programs, server, { count: handshakes, media: false });
    return [
      ...figures(`${name}, first packet`, media.firstMs, 'ms'),
      ...figures(`${name}, handshake done`, bare.firstMs, 'ms'),
      ...handshakeCpu(name, bare, idle),
    ];
  } finally {
    await viewer.stop();
  }
}

/** What a handshake costs beyond what the camera and its viewer do: with HTTP, SDP, ICE and the end of the session. */
function handshakeCpu(
  name: string,
  { firstMs, cpuMs, ownCpuMs, seconds }: Connections,
  idle: number,
): Figure[] {
  const figure = (who: string, value: number): Figure => ({ case: who, metric: 'cpu', value, unit: 'ms' });
  return [
    figure(`${name}, a handshake`, (cpuMs - idle * seconds * 1_000) / firstMs.length),
    figure(`client of ${name}, a handshake`, ownCpuMs / firstMs.length),
  ];
}

/** As `first-frame` has it, with the camera on; ends the device. */
async function chromium(camera: string, device: Device, [loads = 0]: readonly number[]): Promise<Figure[]> {
  const browser = await launchChromium();
  try {
    const watching = await emptyPage(browser, device.url);
    await watching.evaluate(play, { id: 'bench', url: new URL(`whep/${feed}`, device.url).href });
    const samples = await repeated(loads, () => loadWhep(browser, device));
    await watching.evaluate(leave, 'bench');
    return figures(`vedette, first frame in Chromium, ${camera}`, samples, 'ms');
  } finally {
    await browser.close();
    await device.stop();
  }
}
