import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { headlessPath, startChromium } from '../browsers/chromium.ts';
import { pictureState } from '../browsers/device-page.ts';
import { filled, pressed, wordsOf } from '../browsers/device-words.ts';
import { until } from '../e2e/until.ts';
import { type GuestProgram, noRig, useRig } from './rig.ts';

if (noRig) console.log(`skipped: ${noRig}`);

const profile = stringify({
  device: 'rig',
  access: { clock: 'trusted', presence: { sensor: 'inside', hold: '2s' } },
  sensors: { inside: { kind: 'gpio', line: 'button', debounce: '50ms' } },
  actions: { lamp: { kind: 'output', line: 'led' } },
  live: { light: ['lamp'] },
  // As small and slow as is enough: the guest has one CPU and dear system calls.
  cameras: { mailbox: { kind: 'v4l2', width: 320, height: 180, frameRate: 10 } },
});

/** An emulated processor takes as long as it takes. */
const patienceMs = 200_000;

describe.skipIf(noRig)('a button and a lamp on real lines', { timeout: 3 * patienceMs }, () => {
  const rig = useRig();
  let device: GuestProgram;
  let browser: TestBrowser | undefined;
  afterEach(() => rig().hw('gpio', 'button', '0'));
  afterAll(async () => {
    await browser?.close();
  });
  const soon = (what: () => Promise<boolean>) => until(what, patienceMs);
  const level = async (line: string) => (await rig().exec('cat', ...(await linesOf(line)))).trim();
  const linesOf = async (line: string): Promise<string[]> => {
    const lines = ['button', 'motion', 'door', 'relay', 'led'];
    const at = `/sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio${lines.indexOf(line)}/value`;
    return [(await rig().exec('/bin/sh', '-c', `echo ${at}`)).trim()];
  };

  /** A phone in the device's network asks to be let in by the button. */
  async function ask(link: string, name: string): Promise<TestPage> {
    browser ??= await startChromium({ program: await rig().hostLauncher(headlessPath) });
    const page = await browser.newPage();
    await page.goto(new URL('/', link).href);
    await soon(() => page.evaluate(pressed, 'I am at the device'));
    await soon(() => page.evaluate(filled, { name: 'name', value: name }));
    await soon(() => page.evaluate(pressed, 'Ask to come in'));
    await says(page, /Hold the device’s button/);
    return page;
  }
  const says = (page: TestPage, words: RegExp) =>
    soon(async () => words.test(await page.evaluate(wordsOf, undefined).catch(() => '')));

  test('who holds the button is let in, and the lamp is on while they look and off when they are gone', async () => {
    const script =
      'printf %s "$1" >/tmp/profile.yaml; exec node src/cli/main.ts run /tmp/profile.yaml --json --link';
    device = rig().startDaemon('sh', '-c', script, 'sh', profile);
    const links = await device.line((line) =>
      line.includes('"links"') ? (JSON.parse(line) as { links: string[] }).links : undefined,
    );
    const link = links.find((one) => one.includes('192.0.2.')) ?? '';
    const page = await ask(link, 'Zoe');
    expect(await level('led')).toBe('0');
    await rig().hw('gpio', 'button', '1');
    await says(page, /decided in/);
    await rig().hw('gpio', 'button', '0');
    await soon(() => page.evaluate(pressed, 'Go on to the picture'));
    await soon(async () => (await page.evaluate(pictureState, 'mailbox').catch(() => '')) === 'live');
    await soon(async () => (await level('led')) === '1');
    await page.close();
    await soon(async () => (await level('led')) === '0');
  });
});
