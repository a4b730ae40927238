import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { eventsOf, play, receivedVideo } from '../browsers/whep.ts';
import { type Device, type DeviceExit, startDevice } from './device.ts';
import { childrenOf, processesMarked } from './processes.ts';
import { until } from './until.ts';

/** The time a device has to end, ms, with what a loaded machine adds to any wait. */
const exitDeadlineMs = 2_000 + 1_000;

let browser: TestBrowser;
let device: Device | undefined;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());
afterEach(async () => {
  device?.signal('SIGKILL');
  await device?.stop();
});

/** A device with a camera and a microphone that are processes, watched by one viewer of each codec. */
async function watched(): Promise<{ readonly device: Device; readonly page: TestPage }> {
  device = await startDevice(() => ({
    device: 'e2e',
    cameras: {
      'front-door': { kind: 'test', width: 320, height: 180, microphone: { kind: 'test' } },
    },
  }));
  const page = await browser.newPage();
  // Nothing of the device's page: it would end its own connection at the goodbye, in the midst of the others'.
  await page.goto(new URL('healthz', device.url).href);
  for (const codec of ['H264', 'VP8'] as const)
    await page.evaluate(play, { id: codec, url: '/whep/front-door', codec, audio: true, events: true });
  for (const id of ['H264', 'VP8']) {
    await until(async () => (await page.evaluate(eventsOf, id)).some((event) => tellsWatching(event, 2)));
    await until(async () => ((await page.evaluate(receivedVideo, id))?.framesDecoded ?? 0) > 30);
  }
  return { device, page };
}

const tellsWatching = (event: unknown, watching: number) =>
  typeof event === 'object' && event !== null && 'watching' in event && event.watching === watching;

/** Rejects where the device does not end in time. */
async function exitOf(device: Device): Promise<DeviceExit> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`still there:\n${device.printed()}`)), exitDeadlineMs);
  try {
    return await Promise.race([device.exited, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const goodbyes = async (page: TestPage, id: string) =>
  (await page.evaluate(eventsOf, id)).filter((event) => (event as { type: string }).type === 'goodbye');

const nobodyIsLeft = async (device: Device) => (await processesMarked(device.folder)).length === 0;

/** SIGINT takes the same way, and ends a device that nobody watches in the tests of the commands. */
const signals = ['SIGTERM', 'SIGHUP', ...(process.env.VEDETTE_LONG ? (['SIGINT'] as const) : [])] as const;

describe.each(signals)('%s', (signal) => {
  test('ends it with code 0 in time, with a goodbye to every viewer, and no process survives', async () => {
    const { device, page } = await watched();
    expect((await childrenOf(device.pid)).length).toBe(2);
    device.signal(signal);
    expect(await exitOf(device)).toEqual({ code: 0, signal: null });
    expect(await processesMarked(device.folder)).toEqual([]);
    for (const id of ['H264', 'VP8']) await until(async () => (await goodbyes(page, id)).length === 1);
  });
});

test('SIGTERM ends it in time and with code 0 while an encoder hangs', async () => {
  const { device } = await watched();
  for (const { pid } of await childrenOf(device.pid)) process.kill(pid, 'SIGSTOP');
  device.signal('SIGTERM');
  expect(await exitOf(device)).toEqual({ code: 0, signal: null });
  expect(await processesMarked(device.folder)).toEqual([]);
});

test('SIGTERM ends it in time and with code 0 while a request is under way and a connection says nothing', async () => {
  const { device } = await watched();
  const { port } = new URL(device.url);
  const silent = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  const slow = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  slow.write('POST /whep/front-door HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nv=0');
  await until(async () => slow.readyState === 'open' && silent.readyState === 'open');
  device.signal('SIGTERM');
  expect(await exitOf(device)).toEqual({ code: 0, signal: null });
  expect(await processesMarked(device.folder)).toEqual([]);
  silent.destroy();
  slow.destroy();
});

test('a device that is killed leaves no process behind', async () => {
  const { device } = await watched();
  device.signal('SIGKILL');
  await device.exited;
  await until(() => nobodyIsLeft(device), 5_000);
});
