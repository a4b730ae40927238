import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { chromiumPath, startChromium } from '../browsers/chromium.ts';
import { pictureState } from '../browsers/device-page.ts';
import { heardFrequency, play, receivedVideo } from '../browsers/whep.ts';
import { until } from '../e2e/until.ts';
import { type GuestProgram, noRig, Rig } from './rig.ts';

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

describe.skipIf(noRig)('a whole device on a kernel of its own, watched from across its network', () => {
  let rig: Rig;
  let device: GuestProgram;
  let browser: TestBrowser;
  let page: TestPage;

  beforeAll(async () => {
    rig = await Rig.up();
    const script =
      'printf %s "$1" >/tmp/profile.yaml; exec node src/cli/main.ts run /tmp/profile.yaml --json --link';
    device = rig.startDaemon('sh', '-c', script, 'sh', profile);
    const links = await device.line((line) =>
      line.includes('"links"') ? (JSON.parse(line) as { links: string[] }).links : undefined,
    );
    const link = links.find((one) => one.includes('192.0.2.'));
    if (!link) throw new Error(`no link for the network: ${links.length} links`);
    browser = await startChromium({ program: await rig.hostLauncher(chromiumPath) });
    page = await browser.newPage();
    await page.goto(link);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await rig?.down();
  }, 90_000);

  const picture = (state: string) =>
    until(async () => (await page.evaluate(pictureState, feed)) === state, 60_000);

  test('its V4L2 camera is live in Chromium', async () => {
    await picture('live');
  });

  test('a WHEP player decodes its H.264', async () => {
    const played = await page.evaluate(play, { id: 'whep', url: `/whep/${feed}`, audio: true });
    expect(played.status).toBe(201);
    await until(async () => ((await page.evaluate(receivedVideo, 'whep'))?.framesDecoded ?? 0) > 10, 60_000);
    expect((await page.evaluate(receivedVideo, 'whep'))?.mimeType).toBe('video/H264');
  });

  test('what its microphone hears is heard', async () => {
    const tone = rig.startHw('mic', `sine=frequency=${toneHz}:duration=60`);
    try {
      await until(async () => {
        const heard = await page.evaluate(heardFrequency, { id: 'whep', forMs: 1_000 });
        return Math.abs(heard - toneHz) < 20;
      }, 60_000);
    } finally {
      await tone.end();
    }
  });

  test('unplugged, its camera is said to be away, and the sessions stay; replugged, the picture returns', async () => {
    await rig.hw('camera-off');
    await picture('away');
    const before = (await page.evaluate(receivedVideo, 'whep'))?.framesDecoded ?? 0;
    await rig.hw('camera-on');
    await picture('live');
    await until(
      async () => ((await page.evaluate(receivedVideo, 'whep'))?.framesDecoded ?? 0) > before + 5,
      60_000,
    );
  });
});
