import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { startFirefox } from '../browsers/firefox.ts';
import { play, receivedVideo } from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { until } from './until.ts';

/** As most files are: B-frames, and a keyframe every ten seconds. Neither is fit for live viewing as it is. */
const asUsual = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '250'];
/** As a camera would have made it. */
const asLive = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-tune',
  'zerolatency',
  '-profile:v',
  'baseline',
  '-g',
  '30',
];

/** What Firefox is sent differs by its codec alone, and every other test of it has that: told in the long run. */
const browsers = [
  ['Chromium', () => startChromium()],
  ...(process.env.VEDETTE_LONG ? [['Firefox', () => startFirefox()] as const] : []),
] as const;

describe.each(browsers)('a video file in %s', (_, start) => {
  let device: Device;
  let browser: TestBrowser;
  let page: TestPage;

  beforeAll(async () => {
    device = await startDevice(({ folder }) => {
      const input = '-v error -f lavfi -i testsrc=size=320x180:rate=25:duration=4 -pix_fmt yuv420p';
      execFileSync('ffmpeg', [...input.split(' '), ...asUsual, `${folder}/usual.mp4`]);
      execFileSync('ffmpeg', [...input.split(' '), ...asLive, `${folder}/live.mkv`]);
      return {
        device: 'files',
        cameras: {
          usual: { kind: 'file', path: `${folder}/usual.mp4` },
          live: { kind: 'file', path: `${folder}/live.mkv` },
        },
      };
    });
    browser = await start();
    page = await browser.newPage();
    await page.goto(device.url);
  });
  afterAll(async () => {
    await browser?.close();
    await device?.stop();
  });

  test.each(['usual', 'live'])('is live, past its end and on: %s', async (feed) => {
    expect((await page.evaluate(play, { id: feed, url: `/whep/${feed}` })).status).toBe(201);
    // The file has 100 frames.
    await until(async () => ((await page.evaluate(receivedVideo, feed))?.framesDecoded ?? 0) > 130);
  });
});
