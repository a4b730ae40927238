import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { TestBrowser } from './browser.ts';

/** Where Debian puts it. */
export const chromiumPath = '/usr/bin/chromium';
/** The same without a window around its pages, which takes a processor more than the pages do. */
const shellPath = '/usr/bin/chromium-headless-shell';

/** What tests start: the whole browser in the long suite, and where there is no other. */
export const headlessPath =
  process.env.VEDETTE_LONG === undefined && existsSync(shellPath) ? shellPath : chromiumPath;

export interface ChromiumOptions {
  /** A WAV file that the fake microphone plays in a loop; must be absolute. */
  readonly microphone?: string;
  /** What starts it, if not Debian's own launcher: to put it into another network. */
  readonly program?: string;
  /** Its environment, if not ours. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a headless Chromium with a fake microphone and no dialogs. */
export async function startChromium({
  microphone,
  program,
  env = process.env,
}: ChromiumOptions = {}): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: program ?? headlessPath,
    env: env as Record<string, string>,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      // Drawn by the processor either way; without the detour over an emulated GPU a live page costs a third less.
      '--disable-gpu',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}`] : []),
      '--autoplay-policy=no-user-gesture-required',
      '--mute-audio',
      '--no-proxy-server',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  return {
    name: 'chromium',
    async newPage() {
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      const console: string[] = [];
      page.on('console', (message) => console.push(message.text()));
      page.on('pageerror', (error) => console.push(`uncaught: ${error.message}`));
      return {
        console,
        goto: async (url) => void (await page.goto(url)),
        // Playwright's type takes functions of one unwrapped argument; ours are just that.
        evaluate: (script, argument) => page.evaluate(script as never, argument as never),
        define: async (name, standalone) =>
          void (await page.evaluate(`window[${JSON.stringify(name)}] = ${standalone}; undefined`)),
        tap: (x, y) => page.mouse.click(x, y),
        screenshot: async (path) => void (await page.screenshot({ path })),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}
