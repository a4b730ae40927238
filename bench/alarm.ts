import type { Browser, Page } from 'playwright-core';
import { readStrip } from '../src/media/cameras/test-picture-strip.ts';
import { crossToNewFrame, say } from '../test/browsers/standby.ts';
import { leave, play } from '../test/browsers/whep.ts';
import { type Device, startDevice } from '../test/e2e/device.ts';
import { emptyPage, launchChromium } from './bench-browser.ts';
import { feed, metricIs } from './bench-device.ts';
import { type Benchmark, type Figure, numbersOf } from './benchmark.ts';
import { repeated } from './first-frame.ts';
import { figures } from './statistics.ts';

const sensor = 'machine.temperature';
const limit = 80;
const cameraOffMs = 30_000;

/** A machine that is looked at for 2 s when it is too hot. @param keeps whether a clip is kept, with what was before it */
function startMachine(keeps: boolean): Promise<Device> {
  return startDevice(() => ({
    device: 'bench',
    cameras: { [feed]: { kind: 'test' } },
    sensors: { [sensor]: { kind: 'simulated', unit: '°C', value: 20 } },
    actions: {
      look: { kind: 'feed', feed, for: '2s' },
      ...(keeps ? { keep: { kind: 'record', feed } } : {}),
    },
    rules: { hot: { when: `${sensor} > ${limit}`, do: keeps ? ['look', 'keep'] : ['look'] } },
  }));
}

export const benchmark: Benchmark = {
  title: 'a reading crosses its limit to the first new frame decoded; p95 under 300 ms, cold 1 s, phone 2 s',
  options: { alarms: { about: 'alarms of each case', default: '50' } },
  async run(option) {
    const [alarms = 1] = numbersOf(option('alarms'));
    const browser = await launchChromium();
    try {
      return [
        ...(await standby(browser, 'warm', true, alarms)),
        ...(await standby(browser, 'cold', false, alarms)),
        ...(await phone(browser, alarms)),
      ];
    } finally {
      await browser.close();
    }
  },
};

async function standby(browser: Browser, name: string, keeps: boolean, alarms: number): Promise<Figure[]> {
  const device = await startMachine(keeps);
  try {
    const page = await emptyPage(browser, device.url);
    await page.evaluate(`window.readStrip = ${readStrip}; undefined`);
    const url = new URL(`whep/${feed}`, device.url).href;
    await page.evaluate(play, { id: 'viewer', url, events: true });
    await page.evaluate(say, { type: 'standby' });
    const samples = await repeated(alarms, async () => {
      await metricIs(device, 'vedette_viewers', 0, cameraOffMs);
      if (!keeps) await metricIs(device, 'vedette_camera_live', 0, cameraOffMs);
      const value = await page.evaluate(crossToNewFrame, { sensor, value: limit + 10 });
      await page.evaluate(say, { type: 'simulate', sensor, value: limit - 10 });
      return value;
    });
    await page.evaluate(leave, 'viewer');
    await page.close();
    return figures(name, samples, 'ms');
  } finally {
    await device.stop();
  }
}

/** A push reached a pocket: the page is opened anew while the alarm has just started the camera. */
async function phone(browser: Browser, alarms: number): Promise<Figure[]> {
  const device = await startMachine(false);
  try {
    const remote = await emptyPage(browser, device.url);
    const url = new URL(`whep/${feed}`, device.url).href;
    await remote.evaluate(play, { id: 'viewer', url, events: true });
    await remote.evaluate(say, { type: 'standby' });
    const samples = await repeated(alarms, async () => {
      await metricIs(device, 'vedette_camera_live', 0, cameraOffMs);
      await remote.evaluate(say, { type: 'simulate', sensor, value: limit + 10 });
      const loaded = await loadPage(browser, device.url);
      await remote.evaluate(say, { type: 'simulate', sensor, value: limit - 10 });
      return loaded;
    });
    return figures('phone', samples, 'ms');
  } finally {
    await device.stop();
  }
}

async function loadPage(browser: Browser, url: string): Promise<number> {
  const page: Page = await browser.newPage();
  await page.addInitScript(noteFirstFrame);
  const from = Date.now();
  await page.goto(url);
  const seen = await page.waitForFunction(() => window.firstFrameAt);
  const at = await seen.jsonValue();
  await page.close();
  if (at === undefined) throw new Error('no frame');
  return at - from;
}

declare global {
  interface Window {
    firstFrameAt?: number;
  }
}

/** Runs in the page before its own scripts: notes when any video showed its first frame. */
function noteFirstFrame(): void {
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  if (!source?.set) return;
  const { set } = source;
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(this: HTMLMediaElement, stream) {
      set.call(this, stream);
      if (this instanceof HTMLVideoElement && stream)
        this.requestVideoFrameCallback(() => {
          window.firstFrameAt ??= Date.now();
        });
    },
  });
}
