import type { Page } from 'playwright-core';
import { play } from '../test/browsers/whep.ts';
import type { Device } from '../test/e2e/device.ts';
import { emptyPage, launchChromium } from './bench-browser.ts';
import { feed, startBenchDevice } from './bench-device.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { load } from './fan-out.ts';
import { rssBytes } from './process-usage.ts';
import { type Bench, serverOf, withBench } from './servers.ts';

/** Long enough for garbage collection and caches to reach what they keep. */
const settleMs = 10_000;
const viewers = 10;
/** Viewers without a screen cost this machine little, and many of them blur less. */
const headlessViewers = 40;

export const benchmark: Benchmark = {
  title:
    'resident memory of the agent alone, idle and with viewers; idle under 110 MB, under 1.5 MB a further viewer',
  async run() {
    return [...(await inChromium()), ...((await withBench(headless)) ?? [])];
  },
};

async function inChromium(): Promise<Figure[]> {
  const device = await startBenchDevice();
  const browser = await launchChromium();
  try {
    const idle = await settled(device);
    const page = await emptyPage(browser, device.url);
    await watch(page, device, 0, 1);
    const one = await settled(device);
    await watch(page, device, 1, viewers);
    const many = await settled(device);
    return [
      figure('idle', 'rss', idle),
      figure('1 viewer', 'rss', one),
      figure(`${viewers} viewers`, 'rss', many),
      figure('a further viewer', 'rss', (many - one) / (viewers - 1)),
    ];
  } finally {
    await browser.close();
    await device.stop();
  }
}

/** A camera whose H.264 goes out as it is, 2 Mbit/s, to viewers that only count. */
async function headless(bench: Bench): Promise<Figure[]> {
  const server = await serverOf('vedette')(bench, headlessViewers);
  try {
    const rssWith = async (count: number) =>
      (await load(bench.programs, server, { viewers: count, seconds: 1, srtp: 'gcm', settleMs })).rssBytes;
    const one = await rssWith(1);
    const many = await rssWith(headlessViewers);
    return [
      figure('1 headless viewer', 'rss', one),
      figure(`${headlessViewers} headless viewers`, 'rss', many),
      figure('a further headless viewer', 'rss', (many - one) / (headlessViewers - 1)),
    ];
  } finally {
    await server.stop();
  }
}

async function watch(page: Page, device: Device, from: number, to: number): Promise<void> {
  for (let viewer = from; viewer < to; viewer += 1) {
    const url = new URL(`whep/${feed}`, device.url).href;
    const { status } = await page.evaluate(play, { id: String(viewer), url });
    if (status !== 201) throw new Error(`WHEP answered ${status}`);
  }
}

async function settled({ pid }: Device): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return rssBytes(pid);
}

const figure = (name: string, metric: string, bytes: number): Figure => ({
  case: name,
  metric,
  value: bytes / 1e6,
  unit: 'MB',
});
