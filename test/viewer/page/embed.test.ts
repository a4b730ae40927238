import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fixture } from './fixture.ts';
import { failPath, mendPath, pathRestarted, watchPath } from './path.ts';

describe('the embedded element', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await Fixture.start({ token: 'a-token' });
  });
  afterAll(() => fixture.stop());

  /** Another origin's page: the same server by another name, which to a browser is a stranger. */
  const open = async (token: string) => {
    const page = await fixture.browser.newPage({ locale: 'en-GB' });
    await watchPath(page);
    await page.goto(`${fixture.origin.replace('127.0.0.1', 'localhost')}/fixture-device`);
    await page.evaluate(
      ([origin, bearer]) => {
        const script = document.createElement('script');
        script.src = `${origin}/vedette-live.js`;
        const element = document.createElement('vedette-live');
        element.setAttribute('src', `${origin}/whep/front-door`);
        element.setAttribute('token', bearer ?? '');
        document.body.append(element, script);
      },
      [fixture.origin, token],
    );
    return page;
  };

  test('plays a feed in a page of another origin by one script tag, and gives it back', async () => {
    const page = await open('a-token');
    await page.locator('vedette-live[data-state="live"]').waitFor();
    await page.getByRole('button', { name: 'Tap for sound' }).click();
    await page.getByRole('button', { name: 'Mute' }).waitFor();
    expect(await fixture.device('device.sessions.size')).toBe(1);
    expect(fixture.whepRequests.map(({ method }) => method)).toContain('PATCH');
    await page.evaluate(() => document.querySelector('vedette-live')?.remove());
    await fixture.devicePage.waitForFunction('device.sessions.size === 0');
    await page.close();
  });

  test('says that the camera is away, though WHEP has no word for it', async () => {
    const page = await open('a-token');
    await page.locator('vedette-live[data-state="live"]').waitFor();
    await fixture.device(
      `device.cameras.get('front-door').stop();
       device.setStatus('front-door', { camera: { state: 'away', since: Date.now(), reason: 'unplugged' } })`,
    );
    await page.getByText(/Camera is away since/).waitFor();
    await fixture.device(
      `device.cameras.get('front-door').start();
       device.setStatus('front-door', { camera: { state: 'live', since: Date.now() } })`,
    );
    await page.locator('vedette-live[data-state="live"]').waitFor();
    await page.close();
  });

  test('restarts ICE when its path fails, and keeps its session', async () => {
    const page = await open('a-token');
    await page.locator('vedette-live[data-state="live"]').waitFor();
    const posts = (): number => fixture.whepRequests.filter(({ method }) => method === 'POST').length;
    const before = posts();
    fixture.whepRequests.length = 0;
    await failPath(page);
    await pathRestarted(page);
    await mendPath(page);
    await page.locator('vedette-live[data-state="live"]').waitFor();
    expect(posts()).toBe(0);
    expect(before).toBeGreaterThan(0);
    await page.close();
  });

  test('with a wrong token it shows nothing and asks no more', async () => {
    const page = await open('another');
    await page.locator('vedette-live[data-state="unauthorized"]').waitFor();
    await page.getByText('Not let in').waitFor();
    await page.close();
  });

  test('leaves the page it lives in as it was', async () => {
    const page = await fixture.browser.newPage();
    await page.goto(`${fixture.origin}/fixture-device`);
    const globals = (): Promise<string[]> => page.evaluate(() => Object.keys(window));
    const before = await globals();
    await page.addScriptTag({ url: `${fixture.origin}/vedette-live.js` });
    await page.waitForFunction(() => customElements.get('vedette-live'));
    const added = (await globals()).filter((name) => !before.includes(name));
    expect(added.filter((name) => !/^(lit|reactiveElement|__zod)/.test(name))).toEqual([]);
    await page.close();
  });
});
