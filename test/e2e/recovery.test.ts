import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityResult, PeopleResult } from '../../src/protocol/request.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { filled, wordsOf } from '../browsers/device-words.ts';
import { startFirefox } from '../browsers/firefox.ts';
import { runCommand } from './command.ts';
import { type Device, startDevice } from './device.ts';
import { press, says } from './reading.ts';
import { askDevice, requested } from './terminal.ts';
import { until } from './until.ts';

describe.each([
  ['Chromium', startChromium],
  ...(process.env.VEDETTE_LONG ? [['Firefox', startFirefox] as const] : []),
] as const)('a recovery code, in %s', (_name, start) => {
  let device: Device;
  let browser: TestBrowser;
  beforeAll(async () => {
    device = await startDevice(() => ({
      device: 'e2e',
      access: { loopback: false, clock: 'trusted' },
      cameras: { porch: { kind: 'test', width: 640, height: 360 } },
      locks: { box: { kind: 'simulated', title: 'Parcel box', unpowered: 'locked' } },
    }));
    browser = await start();
  });
  afterAll(async () => {
    await browser?.close();
    await device?.stop();
  });

  const socket = () => join(device.folder, 'state', 'control.sock');

  /** A phone that was never here. */
  const newPhone = (): Promise<TestPage> => browser.newPage();

  async function typeCode(page: TestPage, code: string): Promise<void> {
    await page.goto(device.url);
    await press(page, 'I have a recovery code');
    await until(() => page.evaluate(filled, { name: 'code', value: code }));
    await press(page, 'Come in by the code');
  }

  test('who has lost their phone comes in by the code that the terminal printed, once', async () => {
    const { body } = await askDevice(socket(), 'POST', '/api/pairing', {});
    const { link } = JSON.parse(body) as { link: string };
    const lost = await newPhone();
    await lost.goto(new URL(new URL(link).hash, device.url).href);
    await until(() => lost.evaluate(filled, { name: 'name', value: 'Anna' }));
    await press(lost, 'Join');
    await says(lost, /Key words/);
    const state = { STATE_DIRECTORY: join(device.folder, 'state') };
    const { code: exitCode, printed } = await runCommand(['recovery'], state);
    expect(exitCode).toBe(0);
    const code = /^ {2}((?:\w{4}-){6}\w{4})$/m.exec(printed)?.[1] ?? '';
    await lost.close();

    const found = await newPhone();
    await typeCode(found, code.toLowerCase().replaceAll('-', ' '));
    await says(found, /The code is used up/);
    const read = await found.evaluate(wordsOf, undefined);
    await press(found, 'Go on to the picture');
    await says(found, /Parcel box/);

    const { people } = PeopleResult.parse(await requested(socket(), { type: 'people' }));
    expect(people).toMatchObject([{ name: 'Anna', keys: [{}, {}] }]);
    const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 50 }));
    const entry = entries.find(({ title }) => title.startsWith('Anna came in by the recovery code'));
    expect(read).toContain(entry?.detail?.words);

    const thief = await newPhone();
    await typeCode(thief, code);
    await says(thief, /This code is over/);
  }, 120_000);
});
