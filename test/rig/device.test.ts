import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { headlessPath, startChromium } from '../browsers/chromium.ts';
import { pictureState } from '../browsers/device-page.ts';
import { firefoxPath, startFirefox } from '../browsers/firefox.ts';
import { heardFrequency, play, receivedVideo } from '../browsers/whep.ts';
import { until } from '../e2e/until.ts';
import { noRig, type Rig, useRig } from './rig.ts';

if (noRig) console.log(`skipped: ${noRig}`);

const feed = 'mailbox';
/** Played into the device's microphone, Hz. */
const toneHz = 440;

/** As small and slow as is enough: the guest has one CPU and dear system calls. */
const profile = stringify({
  device: 'rig',
  cameras: {
    [feed]: {
      kind: 'v4l2',
      width: 320,
      height: 180,
      frameRate: 10,
      microphone: { kind: 'alsa', device: 'plughw:Loopback,1,0', channels: 2 },
    },
  },
});

/** An emulated processor takes as long as it takes: a camera may open at the second try. */
const patienceMs = 200_000;

/** In every run Chromium alone: each takes an emulated processor minutes. */
const browsers = [
  {
    name: 'Chromium',
    start: async (rig: Rig) => startChromium({ program: await rig.hostLauncher(headlessPath) }),
    codec: 'H264',
    hears: true,
  },
  {
    name: 'Firefox',
    start: async (rig: Rig) =>
      startFirefox({ program: await rig.hostLauncher(firefoxPath), port: await rig.hostPort() }),
    // Debian's has no H.264 in WebRTC.
    codec: 'VP8',
    // Its AudioContext runs only where there is something to play on.
    hears: false,
  },
];

describe.skipIf(noRig)(
  'a whole device on a kernel of its own, watched from across its network',
  {
    timeout: patienceMs * 1.5,
  },
  () => {
    const rig = useRig();
    let link: string | undefined;

    test('it starts, and prints a link for its network', async () => {
      const script =
        'printf %s "$1" >/tmp/profile.yaml; exec node src/cli/main.ts run /tmp/profile.yaml --json --link';
      const device = rig().startDaemon('sh', '-c', script, 'sh', profile);
      const links = await device.line((line) =>
        line.includes('"links"') ? (JSON.parse(line) as { links: string[] }).links : undefined,
      );
      link = links.find((one) => one.includes('192.0.2.'));
      expect(link).toBeDefined();
    });

    const tried = process.env.VEDETTE_LONG === undefined ? browsers.slice(0, 1) : browsers;

    describe.each(tried)('in $name', ({ start, codec, hears }) => {
      let browser: TestBrowser;
      let page: TestPage;
      afterAll(() => browser?.close());

      const picture = (state: string) =>
        until(async () => (await page.evaluate(pictureState, feed)) === state, patienceMs);
      const framesDecoded = async () => (await page.evaluate(receivedVideo, 'whep'))?.framesDecoded ?? 0;

      test('its V4L2 camera is live on the page', async () => {
        browser = await start(rig());
        page = await browser.newPage();
        await page.goto(String(link));
        await picture('live');
      });

      test(`a WHEP player decodes its ${codec}`, async () => {
        const played = await page.evaluate(play, { id: 'whep', url: `/whep/${feed}`, audio: true });
        expect(played.status).toBe(201);
        await until(async () => (await framesDecoded()) > 10, patienceMs);
        expect((await page.evaluate(receivedVideo, 'whep'))?.mimeType).toBe(`video/${codec}`);
      });

      if (hears) {
        test('what its microphone hears is heard', async () => {
          const tone = rig().startHw('mic', `sine=frequency=${toneHz}:duration=60`);
          try {
            await until(async () => {
              const heard = await page.evaluate(heardFrequency, { id: 'whep', forMs: 1_000 });
              return Math.abs(heard - toneHz) < 20;
            }, patienceMs);
          } finally {
            await tone.end();
          }
        });
      }

      test('unplugged, its camera is said to be away, and the sessions stay; replugged, the picture returns', async () => {
        await rig().hw('camera-off');
        await picture('away');
        const before = await framesDecoded();
        await rig().hw('camera-on');
        await picture('live');
        await until(async () => (await framesDecoded()) > before + 5, patienceMs);
      });
    });
  },
);
