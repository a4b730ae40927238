import puppeteer from 'puppeteer-core';
import type { TestBrowser } from './browser.ts';

/** Where Debian puts it. */
export const firefoxPath = '/usr/bin/firefox-esr';

export interface FirefoxOptions {
  /** Its environment: where its sound goes. */
  readonly env?: NodeJS.ProcessEnv;
  /** What starts it, if not Debian's own launcher: to put it into another network. */
  readonly program?: string;
  /** Where it is driven over, if not a port of its own choice: must lead from our loopback to its own. */
  readonly port?: number;
}

/** Starts a headless Firefox by WebDriver BiDi, with a fake microphone (a 1 kHz tone) and no dialogs. */
export async function startFirefox({
  env = process.env,
  program,
  port,
}: FirefoxOptions = {}): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: program ?? firefoxPath,
    ...(port === undefined ? {} : { debuggingPort: port }),
    headless: true,
    env,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.peerconnection.ice.loopback': true,
      'network.proxy.type': 0,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'media.gmp-manager.updateEnabled': false,
      'app.normandy.enabled': false,
      'datareporting.policy.dataSubmissionEnabled': false,
      'toolkit.telemetry.enabled': false,
      'services.settings.server': 'data:,#remote-settings-dummy/v1',
      'browser.safebrowsing.update.enabled': false,
    },
  });
  return {
    name: 'firefox',
    async newPage() {
      // As Chromium's: with keys and cookies of its own.
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      const console: string[] = [];
      page.on('console', (message) => console.push(message.text()));
      page.on('pageerror', (error) => console.push(`uncaught: ${String(error)}`));
      return {
        console,
        goto: async (url) => void (await page.goto(url)),
        evaluate: (script, argument) => page.evaluate(script as never, argument as never) as Promise<never>,
        define: async (name, standalone) =>
          void (await page.evaluate(`window[${JSON.stringify(name)}] = ${standalone}; undefined`)),
        tap: (x, y) => page.mouse.click(x, y),
        screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
