import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityResult } from '../../src/protocol/request.ts';
import type { TestBrowser } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { filled, taken, wordsOf } from '../browsers/device-words.ts';
import { startFirefox } from '../browsers/firefox.ts';
import { FifoKeypad } from '../keypads/fifo.ts';
import { type Device, startDevice } from './device.ts';
import { press, says } from './reading.ts';
import { askDevice, requested } from './terminal.ts';
import { until } from './until.ts';

describe.each([
  ['Chromium', startChromium],
  ['Firefox', startFirefox],
] as const)('a code that is made on the page, in %s', (_name, start) => {
  let pad: FifoKeypad;
  let device: Device;
  let browser: TestBrowser;
  beforeAll(async () => {
    pad = new FifoKeypad();
    device = await startDevice(() => ({
      device: 'e2e',
      access: { loopback: false, clock: 'trusted' },
      cameras: { porch: { kind: 'test', width: 320, height: 180 } },
      locks: { box: { kind: 'simulated', title: 'Parcel box', unpowered: 'locked', relock: '1s' } },
      keypads: { gate: { kind: 'evdev', device: pad.path, lock: 'box' } },
    }));
    await pad.plugged();
    browser = await start();
  });
  afterAll(async () => {
    await browser?.close();
    await device?.stop();
    pad?.stop();
  });

  const socket = () => join(device.folder, 'state', 'control.sock');
  const trail = async () =>
    ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 100 })).entries.map(
      ({ title }) => title,
    );

  test('opens the lock at its keypad, once', async () => {
    const { body } = await askDevice(socket(), 'POST', '/api/pairing', {});
    const { link } = JSON.parse(body) as { link: string };
    const owner = await browser.newPage();
    await owner.goto(new URL(new URL(link).hash, device.url).href);
    await until(() => owner.evaluate(filled, { name: 'name', value: 'Anna' }));
    await press(owner, 'Join');
    await press(owner, 'Go on to the picture');
    await says(owner, /Parcel box/);
    await until(() => owner.evaluate(taken, 'People'));
    await press(owner, 'Invite…');
    await until(() => owner.evaluate(taken, 'Courier'));
    await until(() => owner.evaluate(filled, { name: 'name', value: 'Parcel service' }));
    await until(() => owner.evaluate(taken, 'A code for the keypad'));
    await press(owner, 'Make the code');
    await says(owner, /It is shown only now/);
    const [, first, second] = /(\d{4}) (\d{4})/.exec(await owner.evaluate(wordsOf, undefined)) ?? [];
    const times = async (words: RegExp) => (await trail()).filter((title) => words.test(title)).length;
    pad.press(`${first}${second}#`);
    await until(async () => (await times(/^Parcel box opened for Parcel service/)) === 1);
    await says(owner, /Parcel service/);
    pad.press(`${first}${second}#`);
    await until(async () => (await times(/^Parcel service was refused to open Parcel box/)) === 1);
    expect(await times(/^Parcel box opened/)).toBe(1);
  });
});
