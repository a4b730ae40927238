import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { say } from '../browsers/standby.ts';
import { eventsOf, play, receivedVideo } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { until } from './until.ts';

let device: Device;
let browser: TestBrowser;
const residents: TestPage[] = [];

beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'ring',
    cameras: { door: { kind: 'test', width: 640, height: 360, frameRate: 15 } },
    microphone: { kind: 'test' },
    sensors: { bell: { kind: 'simulated', type: 'boolean', hold: '200ms' } },
    actions: { ring: { kind: 'ring', after: '5s', message: '2s' } },
    rules: { press: { title: 'Front door', when: 'bell', severity: 'info', feed: 'door', do: ['ring'] } },
  }));
  browser = await startChromium();
  for (const name of ['Anna', 'Ben']) {
    const page = await browser.newPage();
    residents.push(page);
    await page.goto(new URL('healthz', device.url).href);
    await page.evaluate(play, { id: 'viewer', url: '/whep/door', audio: true, events: true });
    await page.evaluate(say, { type: 'name', name });
    await page.evaluate(say, { type: 'standby' });
  }
  await until(async () => (await device.metric('vedette_viewers')) === 0);
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
});

interface Said {
  readonly type: string;
  readonly status?: { readonly ring: string; readonly state: string; readonly by?: string };
}

const resident = (which: number) => residents[which] as TestPage;
const rings = async (which: number) =>
  ((await resident(which).evaluate(eventsOf, 'viewer')) as Said[]).flatMap(({ type, status }) =>
    type === 'ring' && status ? [status] : [],
  );
const events = async (type: DeviceEvent['type']): Promise<readonly DeviceEvent[]> => {
  const response = await fetch(new URL(`api/events?type=${type}`, device.url));
  return ((await response.json()) as { events: DeviceEvent[] }).events;
};
const press = () => resident(0).evaluate(say, { type: 'simulate', sensor: 'bell', value: 1 });
const frames = async (which: number) =>
  (await resident(which).evaluate(receivedVideo, 'viewer'))?.framesDecoded ?? 0;

test('a press rings at both, and both see who is there', async () => {
  const before = [await frames(0), await frames(1)];
  await press();
  for (const which of [0, 1]) {
    await until(async () => (await rings(which)).some(({ state }) => state === 'ringing'));
    await until(async () => (await frames(which)) > (before[which] ?? 0) + 3);
  }
});

test('a second press while it rings is no second ring', async () => {
  await press();
  await press();
  expect(await events('ring')).toHaveLength(1);
});

test('the first to answer takes the call; the other reads who, and stands by again', async () => {
  const [{ ring } = { ring: '' }] = await rings(0);
  await resident(0).evaluate(say, { type: 'answer', ring });
  await until(async () => (await rings(1)).some(({ state, by }) => state === 'answered' && by === 'Anna'));
  await resident(1).evaluate(say, { type: 'answer', ring });
  await until(async () => (await device.metric('vedette_viewers')) === 1);
  const refusals = ((await resident(1).evaluate(eventsOf, 'viewer')) as Said[]).filter(
    ({ type }) => type === 'refused',
  );
  expect(refusals).toHaveLength(1);
  await until(async () => (await events('ring'))[0]?.outcome === 'answered');
});

test('hung up, it is over for both', async () => {
  const [{ ring } = { ring: '' }] = await rings(0);
  await resident(0).evaluate(say, { type: 'hang-up', ring });
  await resident(0).evaluate(say, { type: 'standby' });
  for (const which of [0, 1]) await until(async () => (await rings(which)).at(-1)?.state === 'over');
  await until(async () => (await device.metric('vedette_viewers')) === 0);
});

test('a press that nobody answers is missed, and the visitor leaves a message that is kept with its sound', async () => {
  await press();
  await until(async () => (await events('ring')).some(({ outcome }) => outcome === 'missed'));
  await until(async () => (await events('message'))[0]?.clip !== undefined);
  const clip = await fetch(new URL(`api/clips/${(await events('message'))[0]?.clip}`, device.url));
  const bytes = Buffer.from(await clip.arrayBuffer());
  expect(bytes.includes('Opus')).toBe(true);
  expect(bytes.includes('avc1')).toBe(true);
});
