import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../test/browsers/chromium.ts';

/** A headless Chromium that shows addresses instead of mDNS names, as with a microphone's permission. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--autoplay-policy=no-user-gesture-required',
      '--mute-audio',
      '--no-proxy-server',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
    ],
  });
}

/** A page of the device's origin that holds nothing, for players that come by WHEP. */
export async function emptyPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  const address = new URL('empty', url).href;
  await page.route(address, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><p>' }),
  );
  await page.goto(address);
  return page;
}
