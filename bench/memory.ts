import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { play } from '../test/browsers/whep.ts';
import type { Device } from '../test/e2e/device.ts';
import { emptyPage, launchChromium } from './bench-browser.ts';
import { feed, startBenchDevice } from './bench-device.ts';
import type { Benchmark, Figure } from './benchmark.ts';

/** Long enough for garbage collection and caches to reach what they keep. */
const settleMs = 10_000;
const viewers = 10;

export const benchmark: Benchmark = {
  title:
    'resident memory of the agent alone, idle and with viewers; idle under 110 MB, under 4 MB a further viewer',
  async run() {
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
  },
};

async function watch(page: Page, device: Device, from: number, to: number): Promise<void> {
  for (let viewer = from; viewer < to; viewer += 1) {
    const url = new URL(`whep/${feed}`, device.url).href;
    const { status } = await page.evaluate(play, { id: String(viewer), url });
    if (status !== 201) throw new Error(`WHEP answered ${status}`);
  }
}

async function settled({ pid }: Device): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

const figure = (name: string, metric: string, bytes: number): Figure => ({
  case: name,
  metric,
  value: bytes / 1e6,
  unit: 'MB',
});
