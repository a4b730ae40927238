import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStrip } from '../../src/media/cameras/test-picture-strip.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { crossToNewFrame, say } from '../browsers/standby.ts';
import { eventsOf, play } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { until } from './until.ts';

const sensor = 'machine.temperature';

let device: Device;
let browser: TestBrowser;
let page: TestPage;

beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'alarm',
    cameras: { machine: { kind: 'test', width: 640, height: 360, frameRate: 15 } },
    sensors: { [sensor]: { kind: 'simulated', unit: '°C', value: 20 } },
    actions: {
      look: { kind: 'feed', for: '3s' },
      keep: { kind: 'record', before: '3s', after: '2s' },
      fails: { kind: 'run', program: '/does/not/exist' },
    },
    rules: {
      hot: {
        ...{ title: 'Too hot', when: `${sensor} > 80`, severity: 'critical' },
        ...{ feed: 'machine', do: ['fails', 'look', 'keep'] },
      },
    },
  }));
  browser = await startChromium();
  page = await browser.newPage();
  await page.goto(new URL('healthz', device.url).href);
  await page.define('readStrip', readStrip);
  await page.evaluate(play, { id: 'viewer', url: '/whep/machine', events: true });
  await page.evaluate(say, { type: 'standby' });
  await until(async () => (await device.metric('vedette_viewers')) === 0);
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
});

const events = async (): Promise<readonly DeviceEvent[]> => {
  const response = await fetch(new URL('api/events', device.url));
  return ((await response.json()) as { events: DeviceEvent[] }).events;
};
const alarm = async () => (await events()).find(({ type }) => type === 'alarm');
const said = async () => (await page.evaluate(eventsOf, 'viewer')) as { readonly type: string }[];

test('a viewer on standby sees the alarm in a frame that is newer than it', async () => {
  expect(await page.evaluate(crossToNewFrame, { sensor, value: 95 })).toBeGreaterThan(0);
  await until(async () => (await said()).some(({ type }) => type === 'alarm'));
  expect(await said()).toContainEqual(
    expect.objectContaining({
      type: 'alarm',
      status: expect.objectContaining({ rule: 'hot', state: 'raised', value: 95 }),
    }),
  );
});

test('it is acknowledged by name', async () => {
  await page.evaluate(say, { type: 'name', name: 'Anna' });
  await page.evaluate(say, { type: 'acknowledge', rule: 'hot' });
  await until(async () => (await alarm())?.acknowledgedBy === 'Anna');
});

test('an action that fails is an event of its own, and stops no other', async () => {
  await until(async () => (await events()).some(({ type }) => type === 'device'));
  expect((await events()).find(({ type }) => type === 'device')).toMatchObject({ detail: 'for: Too hot' });
});

test('its picture is kept', async () => {
  await until(async () => (await alarm())?.snapshot === true);
  const picture = await fetch(new URL(`api/events/${(await alarm())?.id}.jpg`, device.url));
  expect([...new Uint8Array(await picture.arrayBuffer()).subarray(0, 2)]).toEqual([0xff, 0xd8]);
});

test('its clip plays, and begins before it', async () => {
  await until(async () => (await alarm())?.clip !== undefined);
  const { clip, time } = (await alarm()) as DeviceEvent;
  const [first, last] = await page.evaluate(stripsOf, `/api/clips/${clip}`);
  expect(first).toBeLessThan(time - 1_000);
  expect(last).toBeGreaterThan(time + 1_000);
});

test('the picture stops by itself, and the viewer stands by again', async () => {
  await until(async () => (await device.metric('vedette_viewers')) === 0);
  expect(await device.metric('vedette_standby_sessions')).toBe(1);
});

/** The wall times drawn into the first and the last picture of a film. */
async function stripsOf(url: string): Promise<[number, number]> {
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  const context = new OffscreenCanvas(640, 24).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  const shownAt = async (seconds: number): Promise<number> => {
    const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    video.currentTime = seconds;
    await shown;
    context.drawImage(video, 0, 0);
    const { data, width } = context.getImageData(0, 0, 640, 24);
    const strip = window.readStrip((x, y) => data[(y * width + x) * 4 + 1] ?? 0, 640, 360);
    if (!strip) throw new Error(`no strip at ${seconds} s`);
    return strip.wallMs;
  };
  const loaded = new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(video.error?.message));
  });
  video.src = url;
  await loaded;
  return [await shownAt(0.001), await shownAt(video.duration - 0.05)];
}
