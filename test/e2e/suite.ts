import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStrip } from '../../src/media/cameras/test-picture-strip.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { pictureState, talkButton, talkState } from '../browsers/device-page.ts';
import {
  eventsOf,
  heardFrequency,
  leave,
  play,
  receivedVideo,
  type StripSample,
  watchStrip,
} from '../browsers/whep.ts';
import { type Device, startDevice } from './device.ts';
import { startMjpegCamera } from './mjpeg-camera.ts';
import { frequencyOf } from './tone.ts';
import { until } from './until.ts';

/** What a browser needs to bring for one run of the suite. */
export interface SuiteBrowser {
  start(): Promise<TestBrowser>;
  /** Started so that it can listen to sound, where that takes another start. */
  startListening?(): Promise<TestBrowser>;
  /** Frequency of its fake microphone, Hz. */
  readonly microphoneHz: number;
  /** Codec the device must choose for it. */
  readonly expectedCodec: 'video/H264' | 'video/VP8';
  /** Why it cannot listen to sound here, where it cannot. */
  readonly silentBecause?: string | undefined;
}

/** The test camera's rate and tone, as the profile below has them. */
const cameraHz = 30;
const toneHz = 1000;

/** Runs everything a viewer does, in one browser, against a device started by its own command. */
export function testViewer(name: string, browserUnderTest: SuiteBrowser): void {
  describe(`in ${name}`, () => {
    let device: Device;
    let browser: TestBrowser;
    let page: TestPage;

    beforeAll(async () => {
      device = await startDevice(({ folder }) => ({
        device: 'e2e',
        cameras: {
          'front-door': {
            kind: 'test',
            width: 640,
            height: 360,
            microphone: { kind: 'test', frequency: toneHz },
            speaker: { kind: 'file', path: `${folder}/speaker.wav` },
          },
        },
      }));
      browser = await browserUnderTest.start();
      page = await browser.newPage();
      await page.goto(device.url);
      await page.define('readStrip', readStrip);
    });

    afterAll(async () => {
      await browser?.close();
      await device?.stop();
    });

    test('the first frame of a WHEP player comes, in the codec the browser can decode', async () => {
      const played = await page.evaluate(play, { id: 'first', url: '/whep/front-door', events: true });
      expect(played.status).toBe(201);
      await until(async () => ((await page.evaluate(receivedVideo, 'first'))?.framesDecoded ?? 0) > 5);
      const received = await page.evaluate(receivedVideo, 'first');
      expect(received?.mimeType).toBe(browserUnderTest.expectedCodec);
      expect(received?.srtpCipher).toBe('SRTP_AEAD_AES_128_GCM');
    });

    test('the events channel begins with the full state', async () => {
      await until(async () => (await page.evaluate(eventsOf, 'first')).length > 0);
      const [first] = await page.evaluate(eventsOf, 'first');
      expect(first).toMatchObject({ type: 'state', feeds: [{ feed: 'front-door' }] });
    });

    test('the strip advances at the rate of the camera for 10 s', async () => {
      const samples = await page.evaluate(watchStrip, { id: 'first', forMs: 10_000 });
      const rate = stripRate(samples);
      // Counted by the camera's own clock, so a slow test machine shows fewer samples, never another rate.
      expect(rate).toBeGreaterThan(cameraHz * 0.97);
      expect(rate).toBeLessThan(cameraHz * 1.03);
      expect(samples.length).toBeGreaterThan(50);
      const frames = samples.map(({ frame }) => frame);
      expect(frames).toEqual(frames.toSorted((left, right) => left - right));
    });

    // Skipped where the browser has nothing to play on; the reason is in the test's name.
    test.skipIf(browserUnderTest.silentBecause)(
      `the tone of the microphone is heard${browserUnderTest.silentBecause ? ` (${browserUnderTest.silentBecause})` : ''}`,
      async () => {
        const listening = await (browserUnderTest.startListening ?? browserUnderTest.start)();
        try {
          const listener = await listening.newPage();
          await listener.goto(device.url);
          await listener.evaluate(play, { id: 'sound', url: '/whep/front-door', audio: true });
          const heard = await listener.evaluate(heardFrequency, { id: 'sound', forMs: 2_000 });
          expect(Math.abs(heard - toneHz)).toBeLessThan(20);
        } finally {
          await listening.close();
        }
      },
    );

    test('the page says live, and what is said into it arrives at the speaker', async () => {
      const visitor = await browser.newPage();
      try {
        await visitor.goto(device.url);
        await pictureBecomes(visitor, 'front-door', 'live');
        await until(async () => {
          const state = await visitor.evaluate(talkState, 'front-door');
          // On a slow machine a tap can last as long as a hold, which ends when it is let go: then it is tapped again.
          if (state === 'idle') await tapTalk(visitor, 'front-door');
          return state === 'talking';
        });
        await until(async () => {
          const heard = await frequencyOf(`${device.folder}/speaker.wav`);
          return heard !== undefined && Math.abs(heard - browserUnderTest.microphoneHz) < 20;
        });
      } finally {
        await visitor.close();
      }
    });

    test('ten viewers watch at once, and as they leave the others go on', async () => {
      const ids = Array.from({ length: 10 }, (_, place) => `crowd-${place}`);
      for (const id of ids)
        expect((await page.evaluate(play, { id, url: '/whep/front-door' })).status).toBe(201);
      while (ids.length > 1) {
        await page.evaluate(leave, ids.shift() as string);
        const before = await Promise.all(ids.map((id) => page.evaluate(receivedVideo, id)));
        await until(async () => {
          const now = await Promise.all(ids.map((id) => page.evaluate(receivedVideo, id)));
          return now.every(
            (video, place) => (video?.framesDecoded ?? 0) > (before[place]?.framesDecoded ?? 0) + 5,
          );
        });
      }
      await page.evaluate(leave, ids[0] as string);
      // The page itself and "first" still watch.
      await until(async () => (await device.metric('vedette_viewers')) === 2);
    });

    test('a camera that goes away is said to be away, and its picture returns by itself', async () => {
      const camera = await startMjpegCamera();
      const yard = await startDevice(() => ({
        device: 'yard',
        cameras: { yard: { kind: 'http', url: camera.url } },
      }));
      const visitor = await browser.newPage();
      try {
        await visitor.goto(yard.url);
        await pictureBecomes(visitor, 'yard', 'live');
        camera.unplug();
        await pictureBecomes(visitor, 'yard', 'away');
        camera.plug();
        await pictureBecomes(visitor, 'yard', 'live');
      } finally {
        await visitor.close();
        await yard.stop();
        await camera.close();
      }
    });
  });
}

/** Frames a second by the camera's own numbering and clock. */
export function stripRate(samples: readonly StripSample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) return 0;
  return ((last.frame - first.frame) * 1000) / (last.wallMs - first.wallMs);
}

async function pictureBecomes(page: TestPage, feed: string, state: string): Promise<void> {
  await until(async () => (await page.evaluate(pictureState, feed)) === state);
}

async function tapTalk(page: TestPage, feed: string): Promise<void> {
  const { x, y } = await page.evaluate(talkButton, feed);
  await page.tap(x, y);
}
