import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { leave, play } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { socketsOf } from './sockets.ts';
import { until } from './until.ts';

const mdnsPort = 5353;

let device: Device;
let port: number;
let browser: TestBrowser;
let page: TestPage;
beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'e2e',
    cameras: { 'front-door': { kind: 'test', width: 320, height: 180, microphone: { kind: 'test' } } },
  }));
  port = Number(new URL(device.url).port);
  browser = await startChromium();
  page = await browser.newPage();
  await page.goto(new URL('healthz', device.url).href);
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
});

/** What is open, apart from people's connections to the device's own port. */
const open = async () =>
  (await socketsOf(device.pid)).filter((socket) => !(socket.localPort === port && !socket.listening));

test('a device that nobody watches listens on its TCP port and for multicast DNS, and calls nobody', async () => {
  const sockets = await open();
  expect(sockets.filter(({ protocol }) => protocol === 'tcp')).toEqual([
    { protocol: 'tcp', localPort: port, remotePort: 0, listening: true },
  ]);
  for (const { protocol, localPort, remotePort } of sockets.filter((socket) => !socket.listening))
    expect({ protocol, localPort, remotePort }).toEqual({
      protocol: 'udp',
      localPort: mdnsPort,
      remotePort: 0,
    });
});

test('a session opens UDP sockets for its media and nothing else, and they go with it', async () => {
  const before = await open();
  expect((await page.evaluate(play, { id: 'v', url: '/whep/front-door', audio: true })).status).toBe(201);
  const during = await open();
  const added = during.slice();
  for (const socket of before) {
    const known = added.findIndex((other) => JSON.stringify(other) === JSON.stringify(socket));
    expect(known).toBeGreaterThanOrEqual(0);
    added.splice(known, 1);
  }
  expect(added.length).toBeGreaterThan(0);
  for (const { protocol, localPort } of added) {
    expect(protocol).toBe('udp');
    expect(localPort).toBeGreaterThan(1023);
  }
  await page.evaluate(leave, 'v');
  await until(async () => (await open()).length === before.length);
});

test('with multicast DNS off, or on loopback alone, there is no UDP socket', async () => {
  for (const http of [{ mdns: false }, { host: '127.0.0.1' }]) {
    const quiet = await startDevice(() => ({ device: 'quiet', http, cameras: { door: { kind: 'test' } } }));
    try {
      expect((await socketsOf(quiet.pid)).filter(({ protocol }) => protocol === 'udp')).toEqual([]);
    } finally {
      await quiet.stop();
    }
  }
});

test('what is open is what docs/surface.md lists', async () => {
  const text = await readFile(new URL('../../docs/surface.md', import.meta.url), 'utf8');
  const [, table = ''] = text.split('## Open ports');
  const ports = [...(table.split('##')[0] ?? '').matchAll(/^\| (TCP|UDP)[^|]*/gm)].map(([row]) =>
    row.slice(2, 10),
  );
  expect(ports).toEqual(['TCP 8480', 'UDP 5353', 'UDP, por']);
});
