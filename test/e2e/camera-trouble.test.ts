import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { eventsOf, leave, play, receivedVideo } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { type MjpegCamera, startMjpegCamera } from './mjpeg-camera.ts';
import { childrenOf, descriptorsOf, type SeenProcess } from './processes.ts';
import { until } from './until.ts';

/** Frames come again within this, ms: TRUST's figure for a camera in trouble. */
const backDeadlineMs = 10_000;
/** Each ends three processes, and each is waited for longer than the one before: a camera and two encoders. */
const timesInARow = 7;

let folder: string;
let source: MjpegCamera;
let device: Device;
let browser: TestBrowser;
let page: TestPage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-trouble-'));
  source = await startMjpegCamera();
  device = await startDevice(
    () => ({
      device: 'e2e',
      cameras: { yard: { kind: 'http', url: source.url, frameRate: 10 } },
    }),
    { env: { VEDETTE_FFMPEG: await noisyFfmpeg() } },
  );
  browser = await startChromium();
  page = await browser.newPage();
  await page.goto(new URL('healthz', device.url).href);
  await page.evaluate(play, { id: 'viewer', url: '/whep/yard', events: true });
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
  await source?.close();
  await rm(folder, { recursive: true, force: true });
});

/** An ffmpeg that, while there is a file `flood`, complains without end as it works. */
async function noisyFfmpeg(): Promise<string> {
  const path = join(folder, 'ffmpeg');
  const flood = '(while :; do echo "the same complaint, again and again"; done) >&2 &';
  await writeFile(path, `#!/bin/sh\nif [ -e ${folder}/flood ]; then ${flood}\nfi\nexec ffmpeg "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

const frames = async () => (await page.evaluate(receivedVideo, 'viewer'))?.framesDecoded ?? 0;
const advances = async () => {
  const before = await frames();
  await until(async () => (await frames()) > before + 5, backDeadlineMs);
};
const ffmpegs = async (what: RegExp): Promise<readonly SeenProcess[]> =>
  (await childrenOf(device.pid)).filter(({ args, state }) => state !== 'Z' && what.test(args.join(' ')));
const one = async (what: RegExp): Promise<number> => {
  await until(async () => (await ffmpegs(what)).length === 1);
  return (await ffmpegs(what))[0]?.pid as number;
};
const camera = /-c:v copy/;
const encoder = /libx264/;

test.each([
  ['the encoder is killed', encoder, 'SIGKILL'],
  ['the camera is killed', camera, 'SIGKILL'],
  ['the encoder hangs', encoder, 'SIGSTOP'],
  ['the camera hangs', camera, 'SIGSTOP'],
] as const)('when %s, the picture comes back by itself, in the same session', async (_name, what, signal) => {
  await advances();
  const pid = await one(what);
  process.kill(pid, signal);
  await until(async () => (await ffmpegs(what)).every((seen) => seen.pid !== pid), backDeadlineMs);
  await advances();
  expect(await device.metric('vedette_viewers')).toBe(1);
  expect(
    (await page.evaluate(eventsOf, 'viewer')).some((event) => (event as { type: string }).type === 'goodbye'),
  ).toBe(false);
});

test(`all killed ${timesInARow} times in a row leave no zombie and no descriptor`, async () => {
  await page.evaluate(play, { id: 'second', url: '/whep/yard', codec: 'VP8' });
  await advances();
  const before = await descriptorsOf(device.pid);
  for (let n = 0; n < timesInARow; n++) {
    const all = await childrenOf(device.pid);
    expect(all.length).toBe(3);
    for (const { pid } of all) process.kill(pid, 'SIGKILL');
    const old = new Set(all.map(({ pid }) => pid));
    const renewed = async () => {
      const now = await childrenOf(device.pid);
      return now.length === 3 && now.every(({ pid, state }) => state !== 'Z' && !old.has(pid));
    };
    await until(renewed, 2 * backDeadlineMs);
  }
  await advances();
  await until(async () => (await descriptorsOf(device.pid)) <= before);
  await page.evaluate(leave, 'second');
});

test('a flood on stderr slows nothing, is not kept, and ends with its process', async () => {
  await writeFile(join(folder, 'flood'), '');
  process.kill(await one(camera), 'SIGKILL');
  await advances();
  const memory = (await device.metric('process_resident_memory_bytes')) ?? 0;
  const printed = device.printed().length;
  for (let n = 0; n < 5; n++) await advances();
  expect(((await device.metric('process_resident_memory_bytes')) ?? 0) - memory).toBeLessThan(
    32 * 1024 * 1024,
  );
  expect(device.printed().length - printed).toBeLessThan(10_000);
  await rm(join(folder, 'flood'));
  process.kill(await one(camera), 'SIGKILL');
  await advances();
  // The encoder of the viewer who left is gone, too.
  await until(async () => (await childrenOf(device.pid)).length === 2);
});
