import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Receipt } from '../../src/protocol/request.ts';
import { FarControl } from '../requests/far-control.ts';
import { HeadlessViewer } from '../trust/headless-viewer.ts';
import { type Device, startDevice } from './device.ts';
import { KeyBrowser } from './key-browser.ts';
import { until } from './until.ts';

let device: Device;
beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'e2e',
    access: { loopback: false },
    cameras: { door: { kind: 'test', width: 320, height: 180 } },
    locks: { box: { kind: 'simulated', unpowered: 'locked' } },
    http: { tls: 'off' },
  }));
});
afterAll(() => device?.stop());

const wordOf = (receipt: Receipt | undefined) =>
  receipt?.state === 'refused' ? receipt.detail?.why : receipt?.state;

test('"while watching" is asked of the picture of whoever asks, over HTTP, a sealed conversation and a channel', async () => {
  const limits = { whileWatching: true };
  const courier = await KeyBrowser.invited(device, 'Courier', ['view', 'unlock:box'], limits);
  const neighbour = await KeyBrowser.invited(device, 'Neighbour', ['view', 'unlock:box'], limits);
  const sealed = await courier.converse(device);
  // One key moves something twice a second, and no oftener.
  const paced = async (ask: () => Promise<Receipt | undefined>) => {
    await delay(600);
    return wordOf(await ask());
  };
  const overHttp = (by = courier) => paced(() => by.unlock(device, 'box'));
  const overSealed = () => paced(async () => sealed.ask(await courier.unlockOf(device, 'box')));
  const player = new HeadlessViewer(device, { codecs: ['H264'] });
  const control = new FarControl(device);
  try {
    expect([await overHttp(), await overSealed()]).toEqual(['watching', 'watching']);

    await player.watch('door', { cookie: courier.cookie });
    await player.flowing();
    await until(async () => (await overHttp()) === 'done');
    expect(await overSealed()).toBe('done');
    expect(await overHttp(neighbour)).toBe('watching');

    // Who says nothing of what it gets sees nothing.
    player.vanish();
    await until(async () => (await overHttp()) === 'watching');
    expect(await overSealed()).toBe('watching');

    await control.open('door', { cookie: courier.cookie });
    const overChannel = () => paced(async () => control.ask(await courier.unlockOf(device, 'box')));
    await until(async () => (await overChannel()) === 'done');
    expect([await overHttp(), await overSealed()]).toEqual(['done', 'done']);
  } finally {
    sealed.close();
    await player.leave();
    await control.leave();
  }
});
