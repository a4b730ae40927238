import { readStrip } from '../src/media/cameras/test-picture-strip.ts';
import { play, watchStrip } from '../test/browsers/whep.ts';
import { emptyPage, launchChromium } from './bench-browser.ts';
import { feed, startBenchDevice } from './bench-device.ts';
import type { Benchmark } from './benchmark.ts';
import { figures } from './statistics.ts';

const settleMs = 3_000;
const measureMs = 20_000;

export const benchmark: Benchmark = {
  title: 'drawn by the test camera to decoded in Chromium, read from the strip, 720p30; median under 120 ms',
  async run() {
    const device = await startBenchDevice();
    const browser = await launchChromium();
    try {
      const page = await emptyPage(browser, device.url);
      await page.evaluate(`window.readStrip = ${readStrip}; undefined`);
      await page.evaluate(play, { id: 'bench', url: new URL(`whep/${feed}`, device.url).href });
      await page.evaluate(watchStrip, { id: 'bench', forMs: settleMs });
      const samples = await page.evaluate(watchStrip, { id: 'bench', forMs: measureMs });
      const frames = samples.map(({ frame }) => frame);
      const missed = Math.max(...frames) - Math.min(...frames) + 1 - new Set(frames).size;
      const latencies = samples.map(({ wallMs, seenMs }) => seenMs - wallMs);
      return [
        ...figures('720p30, loopback', latencies, 'ms'),
        { case: '720p30, loopback', metric: 'missed', value: missed, unit: 'frames' },
      ];
    } finally {
      await browser.close();
      await device.stop();
    }
  },
};
