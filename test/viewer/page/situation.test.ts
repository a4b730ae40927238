import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmStatus, DeviceEvent, RingStatus } from '../../../src/protocol/alarm.ts';
import { Fixture, frontDoor } from './fixture.ts';

const boiler = {
  description: {
    sensor: 'boiler',
    title: 'Boiler',
    unit: '°C',
    type: 'number',
    decimals: 1,
    range: [0, 100],
    limits: [{ rule: 'hot', severity: 'critical', side: 'above', value: 80 }],
    settable: true,
  },
  state: { state: 'waiting', sensor: 'boiler' },
};
const hot: AlarmStatus = {
  rule: 'hot',
  title: 'Boiler too hot',
  severity: 'critical',
  state: 'raised',
  since: 1,
  event: 'e-hot',
  feed: 'front-door',
  sensor: 'boiler',
  value: 83.2,
  unit: '°C',
  silenced: false,
};
const bell: RingStatus = {
  ring: 'r1',
  feed: 'front-door',
  title: 'Front door',
  since: 1,
  state: 'ringing',
  replying: false,
  replies: [{ reply: 'leave', title: 'Leave it at the door' }],
};
const event = (number: number, change: Partial<DeviceEvent> = {}): DeviceEvent => ({
  id: `e${100 - number}`,
  type: number % 2 ? 'ring' : 'alarm',
  time: Date.now() - number * 60_000,
  severity: number % 2 ? 'info' : 'critical',
  title: `Event ${number}`,
  snapshot: false,
  ...change,
});

describe('the page beside its pictures', () => {
  let fixture: Fixture;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    fixture = await Fixture.start({
      feeds: [frontDoor],
      title: 'Mill',
      zone: 'Asia/Tokyo',
      scopes: ['telemetry', 'history', 'control'],
    });
    await fixture.device(`device.situation.sensors = ${JSON.stringify([boiler])}`);
    fixture.records.events = Array.from({ length: 40 }, (_, number) =>
      event(number, number === 0 ? { snapshot: true, clip: 'first.webm' } : {}),
    );
  });
  afterAll(() => fixture.stop());
  afterEach(async () => {
    await page.context().close();
    await fixture.endSessions();
    await fixture.device(
      `device.heard.length = 0; device.situation.alarms = []; device.situation.rings = [];
       device.situation.privacy = { on: false };
       device.setStatus('front-door', { flow: 'watching', camera: { state: 'live', since: Date.now() } })`,
    );
    expect(complaints.splice(0)).toEqual([]);
  });

  const open = async (search = '', options: BrowserContextOptions = {}): Promise<void> => {
    const context = await fixture.browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${fixture.origin}/${search}`);
  };
  const state = (name: string) =>
    page.locator(`vedette-feed vedette-picture[data-state="${name}"]`).waitFor();
  const overlay = () => page.locator('vedette-attention dialog');
  const heard = (message: object): Promise<unknown> =>
    fixture.devicePage.waitForFunction(
      (text) => window.device.heard.some((each) => JSON.stringify(each) === text),
      JSON.stringify(message),
    );
  const telemetry = (value: number): Promise<void> =>
    fixture.device(`device.telemetry({ boiler: ${value} })`);

  test('a tile follows its sensor: calm, near its limit, beyond it, and grey when it cannot be believed', async () => {
    await open();
    await state('live');
    const level = (name: string) => page.locator(`vedette-tile .tile[data-level="${name}"]`).waitFor();
    await level('waiting');
    await telemetry(40);
    await level('calm');
    await page.getByText('40.0 °C').waitFor();
    await telemetry(78);
    await level('near');
    await telemetry(84);
    await level('beyond');
    await page.getByText('above 80.0 °C').waitFor();
    await fixture.device(
      `device.tellAll({ type: 'sensor', state: { state: 'fault', sensor: 'boiler', reason: 'unavailable',
        detail: 'unplugged', since: Date.now() } })`,
    );
    await level('fault');
    await page.getByText('Sensor is gone').waitFor();
  });

  test('a simulated sensor is set by its slider, by keyboard', async () => {
    await open();
    await page.getByRole('slider', { name: 'Set Boiler' }).press('End');
    await heard({ type: 'simulate', sensor: 'boiler', value: 100 });
  });

  test('stands by with the camera off, is shown the alarm by itself, and goes back', async () => {
    await open('?standby');
    await state('standby');
    await page.getByText('an alarm or the bell shows it').waitFor();
    const offers = fixture.received.flatMap(({ body }) => (body.type === 'offer' ? [body.standby] : []));
    expect(offers.at(-1)).toBe(true);
    await fixture.device(
      `device.show('front-door', true); device.alarm({ ...${JSON.stringify(hot)}, since: Date.now() })`,
    );
    await state('live');
    await overlay().getByRole('heading', { name: 'Boiler too hot' }).waitFor();
    await page.getByText('Shown by: Boiler too hot').waitFor();
    await fixture.device(`device.clear('hot'); device.show('front-door', false)`);
    await state('standby');
    await overlay().waitFor({ state: 'hidden' });
    // No renegotiation: the offer it came with is the only one.
    const after = fixture.received.filter(({ body }) => body.type === 'offer').length;
    expect(after).toBe(offers.length);
  });

  test('remembers to stand by, in the address and in the browser, until the picture is wanted', async () => {
    await open();
    await state('live');
    await page.getByRole('button', { name: 'Stand by' }).click();
    await state('standby');
    await heard({ type: 'standby' });
    expect(page.url()).toBe(`${fixture.origin}/?standby`);
    await page.goto(`${fixture.origin}/`);
    await state('standby');
    await page.getByRole('button', { name: 'Show the picture' }).click();
    await heard({ type: 'accept' });
    await state('live');
    expect(page.url()).toBe(`${fixture.origin}/`);
  });

  test('an alarm takes the screen until somebody has it, and says who', async () => {
    await open();
    await state('live');
    await fixture.device(`device.alarm({ ...${JSON.stringify(hot)}, since: Date.now() })`);
    await overlay().locator('vedette-picture video').waitFor();
    expect(await overlay().getAttribute('role')).toBe('alertdialog');
    await overlay().getByText('83.2 °C').waitFor();
    await overlay()
      .getByText(/Front door · since/)
      .waitFor();
    // Nothing is pressed by who types as it opens.
    await page.keyboard.press('Enter');
    await overlay().getByRole('button', { name: 'Silence' }).click();
    await heard({ type: 'silence', rule: 'hot' });
    await overlay().getByRole('button', { name: 'Shelve…' }).click();
    await overlay().getByLabel('Why').fill('being serviced');
    await overlay().getByRole('button', { name: 'Shelve', exact: true }).click();
    await heard({ type: 'shelve', rule: 'hot', minutes: 30, reason: 'being serviced' });
    await overlay().waitFor({ state: 'hidden' });
    await page.getByText(/Shelved until .*being serviced/).waitFor();
    await fixture.device(`device.alarm({ ...${JSON.stringify(hot)}, event: 'e-two', since: Date.now() })`);
    await overlay().getByRole('button', { name: 'Got it' }).click();
    await heard({ type: 'acknowledge', rule: 'hot' });
    await overlay().waitFor({ state: 'hidden' });
    await page.locator('aside').getByText('Someone got it').waitFor();
  });

  test('Look puts the alarm aside and leaves it raised', async () => {
    await open('?view=events');
    await fixture.device(`device.alarm({ ...${JSON.stringify(hot)}, since: Date.now() })`);
    await overlay().getByRole('button', { name: 'Look' }).click();
    await overlay().waitFor({ state: 'hidden' });
    await page.locator('aside vedette-alarm[data-rule="hot"]').waitFor();
    await page.locator('vedette-feed[layout="single"]').waitFor();
    const asked = await fixture.device<string[]>('device.heard.map(({ type }) => type)');
    expect(asked).not.toContain('acknowledge');
  });

  test('a ring is answered: the visitor is heard and hears, and hanging up ends both', async () => {
    await open();
    await state('live');
    await fixture.device(`device.ring({ ...${JSON.stringify(bell)}, since: Date.now() })`);
    await overlay().getByText('Someone is at the door', { exact: true }).waitFor();
    await overlay().getByRole('button', { name: 'Leave it at the door' }).waitFor();
    expect(await fixture.device<string[]>('device.heard.map(({ type }) => type)')).not.toContain('talk');
    await overlay().getByRole('button', { name: 'Answer' }).click();
    await heard({ type: 'answer', ring: 'r1' });
    await overlay().waitFor({ state: 'hidden' });
    await heard({ type: 'talk', feed: 'front-door', on: true });
    expect(await page.locator('vedette-feed video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(
      false,
    );
    await page.getByRole('button', { name: 'Hang up' }).click();
    await heard({ type: 'hang-up', ring: 'r1' });
    await page.locator('vedette-talk button[data-state="idle"]').waitFor();
  });

  test('a ready reply is played without the resident’s voice; a ring that was declined here stays away', async () => {
    await open();
    await state('live');
    await fixture.device(`device.ring({ ...${JSON.stringify(bell)}, since: Date.now() })`);
    await overlay().getByRole('button', { name: 'Leave it at the door' }).click();
    await heard({ type: 'reply', ring: 'r1', reply: 'leave' });
    await overlay().waitFor({ state: 'hidden' });
    // Others go on ringing, so that the device does not end it.
    await fixture.device(`device.ring({ ...${JSON.stringify(bell)}, ring: 'r2', since: Date.now() })`);
    await overlay().getByRole('button', { name: 'Decline' }).click();
    await heard({ type: 'decline', ring: 'r2' });
    await overlay().waitFor({ state: 'hidden' });
    expect(await page.locator('.call').count()).toBe(0);
    expect(await fixture.device<string[]>('device.heard.map(({ type }) => type)')).not.toContain('talk');
  });

  test('a ring that another answers leaves the screen and says who has it', async () => {
    await open();
    await state('live');
    await fixture.device(`device.ring({ ...${JSON.stringify(bell)}, since: Date.now() })`);
    await overlay().getByRole('button', { name: 'Answer' }).waitFor();
    await fixture.device(
      `device.ring({ ...${JSON.stringify(bell)}, state: 'answered', by: 'Anna', session: 'another' })`,
    );
    await overlay().waitFor({ state: 'hidden' });
    await page.getByText('Front door: Anna answered').waitFor();
  });

  test('privacy mode is said over the picture at once, and ended there', async () => {
    await open();
    await state('live');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: '30 min' }).click();
    await heard({ type: 'privacy', on: true, minutes: 30 });
    await state('private');
    await page.getByText('Camera and microphone are closed since').waitFor();
    await page.locator('vedette-feed').getByRole('button', { name: 'End privacy mode' }).click();
    await state('live');
  });

  test('events are listed by pages and filters, and their pictures come when they are seen', async () => {
    await open('?view=events');
    const rows = page.locator('vedette-events.all vedette-event');
    await page.getByText('Event 29', { exact: true }).waitFor();
    expect(await rows.count()).toBe(30);
    await page.getByRole('button', { name: 'Show earlier ones' }).click();
    await page.getByText('Event 39', { exact: true }).waitFor();
    expect(await page.locator('vedette-event img').first().getAttribute('loading')).toBe('lazy');
    await page.getByText('Room for records: about 41 days').waitFor();
    await page.getByText('Times in Europe/Berlin; the device is in Asia/Tokyo').waitFor();
    await page.getByRole('button', { name: 'Rings' }).click();
    await page.getByText('Event 39', { exact: true }).waitFor();
    await page.getByText('Event 38', { exact: true }).waitFor({ state: 'detached' });
    expect(fixture.records.asked.at(-1)).toContain('type=ring');
    await fixture.device(
      `device.tellAll({ type: 'event', event: ${JSON.stringify(event(-1, { type: 'ring', title: 'Just now' }))} })`,
    );
    await rows.first().getByText('Just now').waitFor();
  });

  test('a clip plays over the page by ranges, and is downloaded with its picture', async () => {
    await open('?view=events');
    await page.getByRole('button', { name: 'Play the clip: Event 0' }).click();
    const video = page.locator('vedette-clip video');
    await video.evaluate(
      (each: HTMLVideoElement) =>
        new Promise<void>((resolve) => {
          if (each.currentTime > 0) resolve();
          else each.ontimeupdate = () => each.currentTime > 0 && resolve();
        }),
    );
    const saved = page.waitForEvent('download');
    await page.locator('vedette-clip').getByRole('link', { name: 'Download clip' }).click();
    expect((await saved).suggestedFilename()).toBe('first.webm');
    await page.keyboard.press('Escape');
    await video.waitFor({ state: 'detached' });
  });

  test('a chart shows what was kept and what comes, zooms by keyboard, and asks for more as it moves', async () => {
    await open();
    await telemetry(40);
    await page.getByRole('button', { name: /Boiler.*Show the chart/ }).click();
    const chart = page.locator('vedette-chart .chart');
    await chart.locator('canvas').waitFor();
    await page.locator('.chart[aria-label*="highest"]').waitFor();
    const before = fixture.records.asked.length;
    await chart.press('+');
    for (let times = 0; times < 6; times += 1) await chart.press('ArrowLeft');
    await page.getByRole('button', { name: 'Follow now' }).waitFor();
    await expect
      .poll(() => fixture.records.asked.slice(before).filter((each) => each.includes('/api/readings')).length)
      .toBeGreaterThan(0);
    expect(page.url()).toContain('view=charts');
    await page.goBack();
    await state('live');
  });

  test('a name is told to the device, and quiet hours are kept', async () => {
    await open();
    await state('live');
    const settings = async (): Promise<void> => {
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('button', { name: 'Settings' }).click();
    };
    await settings();
    await page.getByLabel('My name').fill('Anna');
    await page.getByLabel('Quiet hours').check();
    await heard({ type: 'name', name: 'Anna' });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await settings();
    expect(await page.getByLabel('My name').inputValue()).toBe('Anna');
    expect(await page.getByLabel('from').inputValue()).toBe('22:00');
  });

  test('at 200 % zoom the picture keeps its place, and all else is below', async () => {
    await open('', { viewport: { width: 640, height: 400 } });
    await state('live');
    await page.locator('vedette-tile').waitFor();
    const box = await page.locator('vedette-feed vedette-picture').boundingBox();
    expect(box?.height).toBeGreaterThan(150);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
  });

  test.each([
    ['', 'live'],
    ['?view=events', 'events'],
    ['?view=charts', 'charts'],
  ])('fits 320 pixels without scrolling sideways: /%s', async (search) => {
    await open(search, { viewport: { width: 320, height: 640 }, locale: 'ru-RU' });
    await telemetry(40);
    if (search.includes('events')) await page.getByText('Event 29', { exact: true }).waitFor();
    if (search.includes('charts')) await page.locator('vedette-chart canvas').waitFor();
    await page.locator('nav').waitFor();
    await fixture.devicePage.waitForFunction(
      `[...device.sessions.values()].some(({ channel }) => channel?.readyState === 'open')`,
    );
    await fixture.device(`device.tellAll({ type: 'watching', watching: 12, watchers: [] })`);
    await page.locator('.watching').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});
