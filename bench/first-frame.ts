import type { Browser, Page } from 'playwright-core';
import { leave, play } from '../test/browsers/whep.ts';
import type { Device } from '../test/e2e/device.ts';
import { emptyPage, launchChromium } from './bench-browser.ts';
import { feed, metricIs, startBenchDevice } from './bench-device.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { figures } from './statistics.ts';

const loads = 20;
/** Each waits until the camera went off by itself, 10 s after its last viewer. */
const coldLoads = 5;
const frameDeadlineMs = 15_000;

export const benchmark: Benchmark = {
  title: 'offer sent to first decoded frame, page and WHEP; p95 under 300 ms, camera off under 1 s',
  async run() {
    const device = await startBenchDevice();
    const browser = await launchChromium();
    try {
      return [...(await warm(browser, device)), ...(await cold(browser, device))];
    } finally {
      await browser.close();
      await device.stop();
    }
  },
};

type Load = (browser: Browser, device: Device) => Promise<number>;

async function warm(browser: Browser, device: Device): Promise<Figure[]> {
  const watching = await emptyPage(browser, device.url);
  await watching.evaluate(play, { id: 'bench', url: whep(device) });
  const result = [];
  for (const [name, load] of [
    ['page, camera on', loadPage],
    ['whep, camera on', loadWhep],
  ] as const)
    result.push(...figures(name, await repeated(loads, () => load(browser, device)), 'ms'));
  await watching.evaluate(leave, 'bench');
  await watching.close();
  return result;
}

async function cold(browser: Browser, device: Device): Promise<Figure[]> {
  const loadCold = async (load: Load) => {
    await metricIs(device, 'vedette_camera_live', 0, 30_000);
    return load(browser, device);
  };
  return [
    ...figures('page, camera off', await repeated(coldLoads, () => loadCold(loadPage)), 'ms'),
    ...figures('whep, camera off', await repeated(coldLoads, () => loadCold(loadWhep)), 'ms'),
  ];
}

export async function repeated(times: number, measure: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let count = 0; count < times; count += 1) samples.push(await measure());
  return samples;
}

const whep = ({ url }: Device) => new URL(`whep/${feed}`, url).href;

export async function loadWhep(browser: Browser, device: Device): Promise<number> {
  const page = await emptyPage(browser, device.url);
  const { status, firstFrameMs } = await page.evaluate(play, { id: 'bench', url: whep(device) });
  // A page that is killed says nothing, and its session would count until its consent expires.
  await page.evaluate(leave, 'bench');
  await page.close();
  if (status !== 201) throw new Error(`WHEP answered ${status}`);
  return firstFrameMs;
}

async function loadPage(browser: Browser, device: Device): Promise<number> {
  const page: Page = await browser.newPage();
  await page.addInitScript(noteFirstFrame);
  await page.goto(device.url);
  const measured = await page.waitForFunction(() => window.offerToFrameMs, undefined, {
    timeout: frameDeadlineMs,
  });
  const value = await measured.jsonValue();
  await page.close();
  if (value === undefined) throw new Error('no frame');
  return value;
}

declare global {
  interface Window {
    offerToFrameMs?: number;
  }
}

/** Runs in the page before its own scripts: times the offer on its WebSocket and the first frame of any video. */
function noteFirstFrame(): void {
  let offeredAt: number | undefined;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (this: WebSocket, data) {
    if (typeof data === 'string' && data.includes('"type":"offer"')) offeredAt ??= performance.now();
    send.call(this, data);
  };
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  if (!source?.set) return;
  const { set } = source;
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(this: HTMLMediaElement, stream) {
      set.call(this, stream);
      if (this instanceof HTMLVideoElement && stream)
        this.requestVideoFrameCallback(() => {
          if (offeredAt !== undefined) window.offerToFrameMs ??= performance.now() - offeredAt;
        });
    },
  });
}
