import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TestBrowser } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { pictureState } from '../browsers/device-page.ts';
import { eventsOf, play, receivedVideo } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { until } from './until.ts';

/** Long enough for the longest wait for a camera's first frame, ms. */
const awayDeadlineMs = 20_000;

let browser: TestBrowser;
let device: Device | undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-ffmpeg-'));
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => device?.stop());

/** The reasons that an `events` channel gives for cameras that are away, while the page looks at all there are. */
async function reasonsOf<Feed extends string>(...feeds: readonly Feed[]): Promise<Record<Feed, string>> {
  if (!device) throw new Error('no device');
  const page = await browser.newPage();
  try {
    await page.goto(device.url);
    for (const feed of feeds)
      await until(async () => (await page.evaluate(pictureState, feed)) === 'away', awayDeadlineMs);
    // The player never gets a frame, so nobody waits for it.
    void page.evaluate(play, { id: 'w', url: `/whep/${feeds[0]}`, events: true }).catch(() => undefined);
    const reasons: Partial<Record<Feed, string>> = {};
    await until(async () => {
      const events = JSON.stringify(await page.evaluate(eventsOf, 'w').catch(() => []));
      for (const feed of feeds)
        reasons[feed] = new RegExp(`"feed":"${feed}","camera":{"state":"away"[^}]*"reason":"([^"]+)"`).exec(
          events,
        )?.[1];
      return feeds.every((feed) => reasons[feed] !== undefined);
    });
    return reasons as Record<Feed, string>;
  } finally {
    await page.close();
  }
}

test('a camera whose path is not there, or is no camera, is away with its reason, and others are live', async () => {
  device = await startDevice(({ folder }) => ({
    device: 'e2e',
    cameras: {
      good: { kind: 'test', width: 320, height: 180 },
      missing: { kind: 'v4l2', device: '/dev/video99' },
      file: { kind: 'v4l2', device: `${folder}/profile.yaml` },
      recording: { kind: 'file', path: '/no/such/recording.mp4' },
      text: { kind: 'file', path: `${folder}/profile.yaml` },
      silent: { kind: 'rtsp', url: 'rtsp://me:hunter2secret@127.0.0.1:9/x' },
    },
  }));
  expect(await reasonsOf('missing', 'file', 'recording', 'text', 'silent')).toEqual({
    missing: expect.stringContaining('there is no camera at /dev/video99'),
    file: expect.stringMatching(/profile\.yaml gives no pictures|is no camera/),
    recording: expect.stringContaining('there is no file /no/such/recording.mp4'),
    text: expect.stringMatching(/profile\.yaml/),
    silent: expect.stringContaining('cannot be reached'),
  });
  const page = await browser.newPage();
  await page.goto(device.url);
  await until(async () => (await page.evaluate(pictureState, 'good')) === 'live');
  await page.close();
  expect(device.printed()).not.toContain('hunter2secret');
});

test('a camera that takes the call and sends nothing is away, and said to have given no picture', async () => {
  const mute = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    response.flushHeaders();
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = mute.address() as AddressInfo;
    device = await startDevice(() => ({
      device: 'e2e',
      cameras: { mute: { kind: 'http', url: `http://127.0.0.1:${port}/` } },
    }));
    expect((await reasonsOf('mute')).mute).toMatch(/gave no picture|stopped|cannot be reached/);
  } finally {
    mute.closeAllConnections();
    mute.close();
  }
});

test('an ffmpeg without the H.264 encoder is said so once, and VP8 goes on', async () => {
  const real = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim();
  device = await startDevice(
    () => ({ device: 'e2e', cameras: { door: { kind: 'test', width: 320, height: 180 } } }),
    { env: { VEDETTE_FFMPEG: await poorFfmpeg(real) } },
  );
  const page = await browser.newPage();
  await page.goto(new URL('healthz', device.url).href);
  const vp8 = await page.evaluate(play, { id: 'vp8', url: '/whep/door', codec: 'VP8' });
  expect(vp8.status).toBe(201);
  void page.evaluate(play, { id: 'h264', url: '/whep/door', codec: 'H264' }).catch(() => undefined);
  const told = () => device?.printed().match(/"code":"ffmpeg\/no-encoder"/g)?.length ?? 0;
  await until(async () => told() > 0);
  expect(device.printed()).toContain('no encoder for H264');
  const before = (await page.evaluate(receivedVideo, 'vp8'))?.framesDecoded ?? 0;
  await until(async () => ((await page.evaluate(receivedVideo, 'vp8'))?.framesDecoded ?? 0) > before + 60);
  expect(told()).toBe(1);
  await page.close();
});

/** An ffmpeg that was built without x264. */
async function poorFfmpeg(real: string): Promise<string> {
  const path = join(folder, 'ffmpeg');
  await writeFile(
    path,
    `#!/bin/sh\nfor arg; do\n  if [ "$arg" = libx264 ]; then\n    echo "Unknown encoder 'libx264'" >&2\n    exit 1\n  fi\ndone\nexec ${real} "$@"\n`,
  );
  await chmod(path, 0o755);
  return path;
}
