import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tapMs } from '../../../src/viewer/talk.ts';
import { Fixture, frontDoor } from './fixture.ts';
import { failPath, mendPath, pathRestarted, watchPath } from './path.ts';

const secret = '0123456789abcdef0123456789abcdef';
const garden = { name: 'garden', title: 'Garden', audio: false, talk: false };

describe('the page', () => {
  let fixture: Fixture;
  const pages: Page[] = [];
  /** What a page printed or threw; a policy violation is printed. */
  const complaints: string[] = [];

  beforeAll(async () => {
    fixture = await Fixture.start({
      secret,
      feeds: [frontDoor, garden],
      httpsUrl: 'https://vedette.local:8480/',
    });
  });
  afterAll(() => fixture.stop());
  afterEach(async () => {
    fixture.refuse = undefined;
    fixture.deaf = false;
    await fixture.device(
      `device.refuseTalk = undefined; for (const camera of device.cameras.values()) camera.start();
       device.setStatus('front-door', { camera: { state: 'live', since: Date.now() }, talk: { state: 'idle' } })`,
    );
    for (const page of pages.splice(0)) await page.context().close();
    await fixture.endSessions();
    expect(complaints.splice(0)).toEqual([]);
  });

  const open = async (hash = `#${secret}`, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await fixture.browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    await watchPath(page);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
    });
    pages.push(page);
    await page.goto(`${fixture.origin}/${hash}`);
    return page;
  };
  const picture = (page: Page, feed = 'front-door') =>
    page.locator(`vedette-feed[data-feed="${feed}"] vedette-picture`);
  const state = (page: Page, name: string, feed = 'front-door') =>
    page.locator(`vedette-feed[data-feed="${feed}"] vedette-picture[data-state="${name}"]`).waitFor();
  const talkButton = (page: Page, name?: string) =>
    page.locator(
      `vedette-feed[data-feed="front-door"] vedette-talk button${name ? `[data-state="${name}"]` : ''}`,
    );
  const session = (): Promise<string> => fixture.device(`[...device.sessions.keys()].at(-1)`);

  test('shows every feed live, under a strict policy, and H.264 is preferred', async () => {
    const page = await open();
    await state(page, 'live');
    await state(page, 'live', 'garden');
    await page.getByRole('button', { name: /^Connection: direct · H\.264/ }).click();
    await page.locator('vedette-badge [data-stat="codec"] dd').first().filter({ hasText: 'H.264' }).waitFor();
    await page
      .locator('vedette-badge [data-stat="round-trip"] dd')
      .filter({ hasText: /\d+ ms/ })
      .waitFor();
  });

  test('takes the secret out of the address and keeps the way in', async () => {
    const page = await open();
    await state(page, 'live');
    expect(page.url()).toBe(`${fixture.origin}/`);
    await page.reload();
    await state(page, 'live');
  });

  test('tells a stranger in plain words how to be let in', async () => {
    const stranger = await open('');
    await stranger.getByText('Open the link or the QR code').waitFor();
    expect(await stranger.locator('video').count()).toBe(0);
    const late = await open('#wrong');
    await late.getByText('This link is not valid any more').waitFor();
    expect(late.url()).toBe(`${fixture.origin}/`);
  });

  test('never shows a frozen picture as live: a camera that goes says since when, and returns by itself', async () => {
    const page = await open();
    await state(page, 'live');
    await fixture.device(
      `device.cameras.get('front-door').stop();
       device.setStatus('front-door', { camera: { state: 'away', since: Date.now(), reason: 'unplugged' } })`,
    );
    await state(page, 'away');
    await picture(page)
      .getByText(/Camera is away since \d\d:\d\d/)
      .waitFor();
    await state(page, 'live', 'garden');
    await fixture.device(
      `device.cameras.get('front-door').start();
       device.setStatus('front-door', { camera: { state: 'live', since: Date.now() } })`,
    );
    await state(page, 'live');
  });

  test('a camera that freezes without a word is not live either', async () => {
    const page = await open();
    await state(page, 'live');
    await fixture.device(`device.cameras.get('front-door').stop()`);
    await state(page, 'stalled');
    expect(
      await page.locator('vedette-feed[data-feed="front-door"] [aria-label="Snapshot"]').isDisabled(),
    ).toBe(true);
  });

  test('keeps the picture when only the WebSocket is lost', async () => {
    const page = await open();
    await state(page, 'live');
    const before = await session();
    fixture.dropSockets();
    await page.locator('vedette-feed[data-feed="front-door"] video').evaluate(
      (video: HTMLVideoElement) =>
        new Promise<void>((resolve) => {
          let frames = 0;
          const count = (): void => {
            frames += 1;
            if (frames === 60) resolve();
            else video.requestVideoFrameCallback(count);
          };
          video.requestVideoFrameCallback(count);
        }),
    );
    await state(page, 'live');
    expect(await session()).toBe(before);
  });

  test('restarts ICE on the same session when its path fails', async () => {
    const page = await open();
    await state(page, 'live');
    const before = await session();
    const offers = () =>
      fixture.received.flatMap(({ session, body }) =>
        session === before && body.type === 'offer' ? [/a=ice-ufrag:(\S+)/.exec(body.sdp)?.[1]] : [],
      );
    await failPath(page);
    await pathRestarted(page);
    await mendPath(page);
    await page.getByRole('button', { name: /^Connection: direct/ }).waitFor();
    expect(await session()).toBe(before);
    expect(new Set(offers()).size).toBe(2);
  });

  test('comes back with a new session when the device ends the old one', async () => {
    const page = await open();
    await state(page, 'live');
    const before = await session();
    fixture.deaf = true;
    await fixture.device(`device.tellAll({ type: 'goodbye', reason: 'restarting' })`);
    fixture.dropSockets();
    await fixture.device(`device.end(${JSON.stringify(before)})`);
    await state(page, 'reconnecting');
    await picture(page)
      .getByText(/lost at|ended the session at/)
      .waitFor();
    fixture.deaf = false;
    await state(page, 'live');
    expect(await session()).not.toBe(before);
  });

  test('says that a device is full, and goes on trying', async () => {
    fixture.refuse = { code: 'session/limit', message: '20 viewers are watching already' };
    const page = await open();
    await picture(page).getByText('Too many people are watching').waitFor();
    fixture.refuse = undefined;
    await state(page, 'live');
  });

  test('talk: connecting until the device plays it, then talking, released when let go', async () => {
    const page = await open();
    await state(page, 'live');
    const button = talkButton(page);
    await button.hover();
    await page.mouse.down();
    const tapIsOver = Date.now() + tapMs;
    await talkButton(page, 'connecting').waitFor();
    await fixture.device(
      `device.setTalk('front-door', { state: 'talking', session: ${JSON.stringify(await session())} })`,
    );
    await talkButton(page, 'talking').waitFor();
    await fixture.devicePage.waitForFunction('device.bytesHeard().then((bytes) => bytes > 2000)');
    await page.waitForFunction((at) => Date.now() > at, tapIsOver);
    await page.mouse.up();
    await talkButton(page, 'idle').waitFor();
    await fixture.devicePage.waitForFunction(`device.heard.at(-1)?.on === false`);
    // No renegotiation: one offer was made in all.
    const current = await session();
    const offers = fixture.received.filter(
      ({ session, body }) => session === current && body.type === 'offer',
    );
    expect(offers).toHaveLength(1);
  });

  test('talk by keyboard, and a refusal in words', async () => {
    await fixture.device(`device.refuseTalk = { code: 'speaker/broken', reason: 'the speaker is broken' }`);
    const page = await open();
    await state(page, 'live');
    await talkButton(page).focus();
    await page.keyboard.down('Space');
    await page.locator('vedette-talk .hint').getByText('the speaker is broken').waitFor();
    await page.keyboard.up('Space');
    await talkButton(page, 'idle').waitFor();
  });

  test('others are told that someone is talking', async () => {
    const page = await open();
    await state(page, 'live');
    await fixture.device(`device.setTalk('front-door', { state: 'talking', session: 'another' })`);
    await picture(page).getByText('Someone is talking').waitFor();
  });

  test('starts muted, sounds after one tap, and grows a picture on tap', async () => {
    const page = await open();
    await state(page, 'live');
    const feed = page.locator('vedette-feed[data-feed="front-door"]');
    expect(await feed.locator('video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(true);
    await feed.getByRole('button', { name: 'Tap for sound' }).click();
    await feed.getByRole('button', { name: 'Mute' }).waitFor();
    expect(await feed.locator('video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(false);
    await page.getByRole('button', { name: 'Show Front door large' }).click();
    await page.locator('vedette-feed[data-feed="front-door"][layout="grown"]').waitFor();
    await page.getByRole('button', { name: 'Show all' }).first().click();
    await page.locator('vedette-feed[data-feed="front-door"][layout="tile"]').waitFor();
  });

  test('saves what is on the screen as a JPEG named for feed and time', async () => {
    const page = await open();
    await state(page, 'live');
    const saved = page.waitForEvent('download');
    await page
      .locator('vedette-feed[data-feed="front-door"]')
      .getByRole('button', { name: 'Snapshot' })
      .click();
    expect((await saved).suggestedFilename()).toMatch(/^front-door-\d{4}(-\d\d){5}\.jpg$/);
  });

  test('speaks Russian to those who do', async () => {
    const page = await open(undefined, { locale: 'ru-RU' });
    await state(page, 'live');
    await page.getByRole('button', { name: 'Включить звук' }).first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
  });

  test('fits 320 pixels without scrolling sideways', async () => {
    const page = await open(undefined, { viewport: { width: 320, height: 640 }, locale: 'ru-RU' });
    await state(page, 'live');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(320);
    for (const button of await page.getByRole('button').all()) {
      const box = await button.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0), await button.ariaSnapshot()).toBeLessThanOrEqual(320);
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), await button.ariaSnapshot()).toBeGreaterThanOrEqual(
        44,
      );
    }
  });
});
