import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityResult, InviteResult } from '../../src/protocol/request.ts';
import type { Scope } from '../../src/protocol/scope.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { filled, held, wordsOf } from '../browsers/device-words.ts';
import { startFirefox } from '../browsers/firefox.ts';
import { type Device, startDevice } from './device.ts';
import { press, says } from './reading.ts';
import { requested } from './terminal.ts';
import { until } from './until.ts';

const hour = 3_600_000;

describe.each([
  ['Chromium', startChromium],
  ...(process.env.VEDETTE_LONG ? [['Firefox', startFirefox] as const] : []),
] as const)('a second step, in %s', (_name, start) => {
  let device: Device;
  let browser: TestBrowser;
  let anna: TestPage;
  let bob: TestPage;
  /** What whoever may confirm is called by. */
  const called: string[] = [];
  const phone = createServer(async (request, response) => {
    called.push(await text(request));
    response.end();
  });

  beforeAll(async () => {
    await once(phone.listen(0, '127.0.0.1'), 'listening');
    const { port } = phone.address() as AddressInfo;
    device = await startDevice(() => ({
      device: 'e2e',
      access: { loopback: false, clock: 'trusted' },
      cameras: { porch: { kind: 'test', width: 640, height: 360 } },
      actions: { call: { kind: 'webhook', url: `http://127.0.0.1:${port}/` } },
      locks: {
        vault: {
          ...{ kind: 'simulated', title: 'Vault', feed: 'porch', unpowered: 'locked', relock: '1s' },
          secondStep: 'person',
          ask: ['call'],
        },
      },
    }));
    browser = await start();
    anna = await enter('Anna', ['view', 'unlock:vault']);
    bob = await enter('Bob', ['view', 'unlock:vault']);
  });
  afterAll(async () => {
    await browser?.close();
    await device?.stop();
    phone.close();
  });

  const socket = () => join(device.folder, 'state', 'control.sock');

  /** Somebody comes in by an invitation, on a page of their own. */
  async function enter(name: string, scopes: Scope[]): Promise<TestPage> {
    const given = await requested(socket(), {
      ...{ type: 'invite', name, scopes, limits: {}, expiresAt: Date.now() + hour },
    });
    const { invitation, secret } = InviteResult.parse(given);
    const page = await browser.newPage();
    await page.goto(new URL(`#join=${invitation.id}.${secret}`, device.url).href);
    await says(page, /This browser makes a key/);
    // The first who comes is asked for a name.
    await page.evaluate(filled, { name: 'name', value: name });
    await press(page, 'Join');
    await press(page, 'Go on to the picture');
    await says(page, /Vault/);
    return page;
  }

  test('an unlock waits for another person, who allows it on their page', async () => {
    await until(() => anna.evaluate(held, 1_300));
    await says(anna, /Somebody else who may open it has to confirm/);
    await says(bob, /Anna asks to open Vault/);
    await until(async () => called.some((body) => body.includes('Anna asks to open Vault')));
    expect(await anna.evaluate(wordsOf, undefined)).not.toMatch(/asks to open/);
    await press(bob, 'Allow');
    await says(anna, /Locked again/);
    await until(async () => !/asks to open/.test(await bob.evaluate(wordsOf, undefined)));
  });

  test('what they decline stays locked, and who asked is told', async () => {
    await until(() => anna.evaluate(held, 1_300));
    await says(bob, /Anna asks to open Vault/);
    await press(bob, 'Decline');
    await says(anna, /Not opened: whoever was asked to confirm it did not/);
  });

  test('both are in the trail', async () => {
    const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 100 }));
    const titles = entries.map(({ title }) => title);
    expect(titles).toContain('Bob confirmed for Anna to open Vault');
    expect(titles).toContain('Bob declined for Anna to open Vault');
    expect(titles.filter((title) => title === 'Vault opened for Anna')).toHaveLength(1);
  });
});
