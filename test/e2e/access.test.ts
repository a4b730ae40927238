import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityResult, InviteResult, PeopleResult } from '../../src/protocol/request.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { pictureState } from '../browsers/device-page.ts';
import { filled, held, picturesShown, wordsOf } from '../browsers/device-words.ts';
import { startFirefox } from '../browsers/firefox.ts';
import { type Device, startDevice } from './device.ts';
import { press, says } from './reading.ts';
import { askDevice, requested } from './terminal.ts';
import { until } from './until.ts';

const hour = 3_600_000;

describe.each([
  ['Chromium', startChromium],
  ['Firefox', startFirefox],
] as const)('who may do what, in %s', (_name, start) => {
  let device: Device;
  let browser: TestBrowser;
  let owner: TestPage;
  let courier: TestPage;
  beforeAll(async () => {
    device = await startDevice(() => ({
      device: 'e2e',
      access: { loopback: false, clock: 'trusted' },
      cameras: { porch: { kind: 'test', width: 640, height: 360 } },
      locks: {
        box: { kind: 'simulated', title: 'Parcel box', feed: 'porch', unpowered: 'locked', relock: '1s' },
      },
    }));
    browser = await start();
    owner = await browser.newPage();
    courier = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await device?.stop();
  });

  const socket = () => join(device.folder, 'state', 'control.sock');
  /** An invitation's link, at the address the test knows the device by. */
  const here = (link: string) => new URL(new URL(link).hash, device.url).href;

  async function invite(name: string, scopes: string[], limits: object): Promise<string> {
    const given = await requested(socket(), {
      ...{ type: 'invite', name, scopes: scopes as never, limits, expiresAt: Date.now() + hour },
    });
    const { invitation, secret } = InviteResult.parse(given);
    return new URL(`#join=${invitation.id}.${secret}`, device.url).href;
  }

  test('nobody gets in before they pair, not even from the machine itself', async () => {
    await owner.goto(device.url);
    await says(owner, /pair|printed/i);
    expect((await fetch(new URL('api/device', device.url))).status).toBe(401);
  });

  test('the first who pairs reads the same words as the terminal, and is in', async () => {
    const { body } = await askDevice(socket(), 'POST', '/api/pairing', {});
    const { invitation, link } = JSON.parse(body) as { invitation: string; link: string };
    // Another link in the same tab would load the page anew.
    await owner.close();
    owner = await browser.newPage();
    await owner.goto(here(link));
    await until(() => owner.evaluate(filled, { name: 'name', value: 'Anna' }));
    await press(owner, 'Join');
    await says(owner, /Key words/);
    const told = await askDevice(socket(), 'GET', `/api/pairing/${invitation}`);
    const { words, name } = JSON.parse(told.body) as { words: string; name: string };
    expect(name).toBe('Anna');
    expect(await owner.evaluate(wordsOf, undefined)).toContain(words);
    await press(owner, 'Go on to the picture');
    await says(owner, /Parcel box/);
  });

  test('the owner holds to open, sees it open, and sees it lock again by itself', async () => {
    await until(() => owner.evaluate(held, 200));
    await says(owner, /Locked/);
    await until(() => owner.evaluate(held, 1_300));
    await says(owner, /Open/);
    await says(owner, /Locked again/);
    const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 50 }));
    expect(
      entries.some(({ type, lock, name }) => type === 'request' && lock === 'box' && name === 'Anna'),
    ).toBe(true);
  });

  test('the trail on the page shows the picture of that moment by its hash, and says where it is another or gone', async () => {
    const entry = async () => {
      const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 50 }));
      return entries.find(({ picture }) => picture !== undefined);
    };
    await until(async () => (await entry()) !== undefined);
    const taken = await entry();
    expect(taken?.title).toBe('a picture of Parcel box as it opened for Anna');
    const file = join(device.folder, 'state', 'snapshots', `${taken?.detail?.event}.jpg`);
    const jpeg = await readFile(file);
    await owner.goto(new URL('?view=people', device.url).href);
    await says(owner, /Parcel box opened for Anna/);
    await press(owner, 'Show the picture');
    await says(owner, /It is the one that was taken/);
    await until(async () => (await owner.evaluate(picturesShown, undefined)).includes('640x360'));
    await press(owner, 'Hide the picture');
    jpeg[jpeg.length >> 1] = (jpeg[jpeg.length >> 1] ?? 0) ^ 1;
    await writeFile(file, jpeg);
    await press(owner, 'Show the picture');
    await says(owner, /Another picture lies in its place/);
    await rm(file);
    await owner.goto(device.url);
    await owner.goto(new URL('?view=people', device.url).href);
    await says(owner, /Parcel box opened for Anna/);
    await press(owner, 'Show the picture');
    await says(owner, /The picture is kept no longer/);
    await owner.goto(device.url);
  });

  test('a courier opens once, and not twice; the owner sees who it was', async () => {
    const link = await invite('Courier', ['view', 'unlock:box'], {
      from: Date.now() - hour,
      until: Date.now() + hour,
      uses: 1,
    });
    await courier.goto(link);
    await press(courier, 'Join');
    await press(courier, 'Go on to the picture');
    await says(courier, /Parcel box/);
    await until(() => courier.evaluate(held, 1_300));
    await says(courier, /Locked again/);
    await until(() => courier.evaluate(held, 1_300));
    await says(courier, /Not opened/);
    // The link was good once.
    const thief = await browser.newPage();
    await thief.goto(link);
    await press(thief, 'Join');
    await says(thief, /cannot be opened any more/);
    await thief.close();
  });

  test('who is taken back in mid-session is out within moments', async () => {
    const { people } = PeopleResult.parse(await requested(socket(), { type: 'people' }));
    const person = people.find(({ name }) => name === 'Courier');
    await requested(socket(), { type: 'revoke', what: 'person', of: person?.id ?? '' });
    await until(async () => !/Parcel box/.test(await courier.evaluate(wordsOf, undefined)));
    await says(owner, /Parcel box/);
  });

  test('who may open the box and not look opens it once, sees it lock again, and no picture', async () => {
    const link = await invite('Parcels', ['unlock:box'], { until: Date.now() + hour, uses: 1 });
    const page = await browser.newPage();
    await page.goto(link);
    await press(page, 'Join');
    await press(page, 'Go on to the picture');
    await says(page, /Parcel box.*Locked/);
    await until(() => page.evaluate(held, 1_300));
    await says(page, /Locks in|Open /);
    await says(page, /Locked again/);
    expect(await page.evaluate(pictureState, 'porch')).toBeUndefined();
    expect(await page.evaluate(wordsOf, undefined)).not.toMatch(/no camera|Stand by|watching/);
    await until(() => page.evaluate(held, 1_300));
    await says(page, /Not opened/);
    await page.close();
  });

  test('outside its time an invitation gives nothing to look at', async () => {
    const link = await invite('Late', ['view'], {
      from: Date.now() + 10 * hour,
      until: Date.now() + 12 * hour,
    });
    const page = await browser.newPage();
    await page.goto(link);
    await press(page, 'Join');
    await press(page, 'Go on to the picture');
    await says(page, /Not now/);
    await page.close();
  });

  test('the trail of it all holds', async () => {
    const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 200 }));
    const types = new Set(entries.map(({ type }) => type));
    for (const type of ['pairing', 'request', 'person'] as const) expect(types).toContain(type);
  });
});
