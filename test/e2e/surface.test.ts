import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { leave, play } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { type OpenSocket, socketsOf } from './sockets.ts';
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
  (await socketsOf(device.pid)).filter(
    ({ protocol, localPort, listening }) => protocol === 'udp' || listening || localPort !== port,
  );

/** The media port: UDP's but multicast DNS's. */
const mediaPortsOf = (sockets: readonly OpenSocket[]) => [
  ...new Set(
    sockets
      .filter(({ protocol, localPort }) => protocol === 'udp' && localPort !== mdnsPort)
      .map(({ localPort }) => localPort),
  ),
];

test('a device that nobody watches has its page, its two media ports and multicast DNS, and calls nobody', async () => {
  const sockets = await open();
  const listening = sockets.filter((socket) => socket.listening).map(({ localPort }) => localPort);
  expect(listening).toContain(port);
  expect(new Set(listening).size).toBe(2);
  expect(mediaPortsOf(sockets)).toHaveLength(1);
  expect(sockets.filter(({ remotePort }) => remotePort !== 0)).toEqual([]);
});

test('a session uses the media ports and no other, and what it opens goes with it', async () => {
  const before = await open();
  const ports = new Set(before.map(({ localPort }) => localPort));
  expect((await page.evaluate(play, { id: 'v', url: '/whep/front-door', audio: true })).status).toBe(201);
  await until(async () => (await open()).length > before.length);
  for (const { localPort } of await open()) expect(ports).toContain(localPort);
  await page.evaluate(leave, 'v');
  await until(async () => (await open()).length === before.length);
});

test('with multicast DNS off, or a page on loopback alone, there is no UDP port but that of media', async () => {
  for (const http of [{ mdns: false }, { host: '127.0.0.1' }]) {
    const quiet = await startDevice(() => ({ device: 'quiet', http, cameras: { door: { kind: 'test' } } }));
    try {
      const udp = (await socketsOf(quiet.pid)).filter(({ protocol }) => protocol === 'udp');
      expect(udp.map(({ localPort }) => localPort)).not.toContain(mdnsPort);
      expect(mediaPortsOf(udp)).toHaveLength(1);
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
  expect(ports).toEqual(['TCP 8480', 'UDP 8480', 'TCP 8481', 'UDP 5353', 'UDP, a p']);
});
