import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recoveryInvitation, writeRecoveryCode } from '../../../src/identity/recovery-code.ts';
import type { LockStatus } from '../../../src/protocol/lock.ts';
import { holdMs } from '../../../src/viewer/hold.ts';
import { Fixture, frontDoor } from './fixture.ts';

const box: LockStatus = {
  lock: 'parcel-box',
  title: 'Parcel box',
  state: 'locked',
  since: 1,
  by: 'Ben',
  door: 'closed',
  leftOpen: false,
  parcel: true,
};

describe('the page and who may do what', () => {
  let fixture: Fixture;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    fixture = await Fixture.start({ feeds: [frontDoor], title: 'Old mill', people: true });
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    const { access } = fixture;
    Object.assign(access, {
      people: [],
      invitations: [],
      entries: [],
      presence: [],
      recovery: undefined,
      refuseUnlock: undefined,
      notNow: false,
    });
    access.asked.length = 0;
    access.cookies.clear();
    await fixture.device(`device.situation.locks = [${JSON.stringify({ ...box, since: Date.now() })}]`);
  });
  afterEach(async () => {
    fixture.refuse = undefined;
    await context.close();
    await fixture.endSessions();
    expect(complaints.splice(0)).toEqual([]);
  });

  const visit = async (options: BrowserContextOptions = {}): Promise<void> => {
    context = await fixture.browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
    });
  };
  /** Somebody who has been let in before. */
  const enter = async (
    hash = fixture.access.invite(),
    options: BrowserContextOptions = {},
  ): Promise<void> => {
    await visit(options);
    await page.goto(`${fixture.origin}/${hash}`);
    const name = page.getByLabel('Your name');
    await page.getByRole('button', { name: 'Join' }).waitFor();
    if (await name.isVisible()) await name.fill('Anna');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Go on to the picture' }).click();
    await live();
  };
  const live = () => page.locator('vedette-feed vedette-picture[data-state="live"]').waitFor();
  const lock = (state?: string) => page.locator(`vedette-lock${state ? `[data-state="${state}"]` : ''}`);
  const hold = () => lock().getByRole('button', { name: 'Open Parcel box: hold for a second' });
  /** Each once, however often the page said it: what is not answered for a while goes once more. */
  const unlocks = () =>
    new Set(fixture.access.asked.filter(({ type }) => type === 'unlock').map(({ id }) => id)).size;

  test('joins by a link: takes the secret out of the address, shows four words, and goes on to the picture', async () => {
    await visit();
    await page.goto(`${fixture.origin}/${fixture.access.invite()}`);
    await page.getByRole('heading', { name: 'Join Old mill' }).waitFor();
    expect(page.url()).toBe(`${fixture.origin}/`);
    await page.getByLabel('Your name').fill('Anna');
    expect(await page.getByLabel('What to call this browser').inputValue()).toBe('Chrome, Linux');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByText('Compare them with the device’s terminal').waitFor();
    const words = await page.locator('vedette-join .words span').allTextContents();
    expect(words).toHaveLength(4);
    expect(words.join(' ')).not.toContain('believe');
    await page.getByRole('button', { name: 'Go on to the picture' }).click();
    await live();
    expect(fixture.access.people.map(({ name }) => name)).toEqual(['Anna']);
  });

  test('whoever has joined comes in by the key alone, when the cookie is lost', async () => {
    await enter();
    await context.clearCookies();
    await page.reload();
    await live();
    const keys = await page.evaluate(async () => {
      const opened = indexedDB.open('vedette');
      await new Promise((resolve) => opened.addEventListener('success', resolve));
      const rows = opened.result.transaction('keys').objectStore('keys').getAll();
      await new Promise((resolve) => rows.addEventListener('success', resolve));
      return rows.result.map(({ privateKey }) => privateKey.extractable);
    });
    expect(keys).toEqual([false]);
  });

  test('a session that loses its cookie while it lives reconnects by the key', async () => {
    await enter();
    await context.clearCookies();
    fixture.access.cookies.clear();
    await fixture.device(`device.tellAll({ type: 'goodbye', reason: 'access changed' })`);
    await expect.poll(() => fixture.access.cookies.size).toBe(1);
    await live();
  });

  test('whose access was taken away is told so, and not shown a picture', async () => {
    await enter();
    Object.assign(fixture.access.people[0]!, { revokedAt: Date.now() });
    await page.reload();
    await page.getByText('was let in before, and is not any more').waitFor();
    expect(await page.locator('video').count()).toBe(0);
  });

  test('who may not look at this time is told so, and sees the picture as soon as they may', async () => {
    await enter();
    fixture.access.notNow = true;
    await page.reload();
    await page.getByText('Anna, you may not look at this time').waitFor();
    fixture.access.notNow = false;
    await live();
  });

  test('who types a recovery code is told of a slip, of a wrong code, and comes in by the right one', async () => {
    const secret = Buffer.alloc(16, 7).toString('base64url');
    const code = writeRecoveryCode(secret);
    fixture.access.add('Anna');
    await visit();
    await page.goto(`${fixture.origin}/`);
    await page.getByRole('button', { name: 'I have a recovery code' }).click();
    expect(await page.getByRole('button', { name: 'I am at the device' }).count()).toBe(0);
    const field = page.getByLabel('Recovery code');
    const comeIn = page.getByRole('button', { name: 'Come in by the code' });
    await field.fill(code.replace('0', '2'));
    await comeIn.click();
    await page.getByText('There is a mistake in the code').waitFor();
    await field.fill(code);
    await comeIn.click();
    await page.getByText('does not know this code').waitFor();
    fixture.access.invite({ id: await recoveryInvitation(secret), secret });
    await field.fill(code.toLowerCase().replaceAll('-', ' '));
    await comeIn.click();
    await page.getByText('The code is used up').waitFor();
    await page.getByRole('button', { name: 'Go on to the picture' }).click();
    await live();
  });

  test('who is at the device asks, holds its button, reads the words, and is in when the time is over', async () => {
    fixture.access.presence = [
      { state: 'closed' },
      { state: 'waiting', ms: 1_200 },
      { state: 'in', person: 'Zoe' },
    ];
    fixture.access.add('Anna');
    await visit();
    await page.goto(`${fixture.origin}/`);
    await page.getByRole('button', { name: 'I am at the device' }).click();
    await page.getByLabel('Your name').fill('Zoe');
    await page.getByRole('button', { name: 'Ask to come in' }).click();
    await page.getByText('Hold the device’s button for 5 s').waitFor();
    const words = await page.locator('vedette-regain .words span').allTextContents();
    expect(words).toHaveLength(4);
    await page.getByText('decided in 2 s').waitFor();
    await page.getByRole('button', { name: 'Go on to the picture' }).click();
    await live();
    expect(fixture.access.people.map(({ name }) => name)).toEqual(['Anna', 'Zoe']);
  });

  test('who was not alone at the button is told so', async () => {
    fixture.access.presence = [{ state: 'out', because: 'others' }];
    await visit();
    await page.goto(`${fixture.origin}/`);
    await page.getByRole('button', { name: 'I am at the device' }).click();
    await page.getByLabel('Your name').fill('Zoe');
    await page.getByRole('button', { name: 'Ask to come in' }).click();
    await page.getByText('Somebody else asked too').waitFor();
  });

  test('a stranger reads how to begin, or whom to ask', async () => {
    await visit();
    await page.goto(fixture.origin);
    await page.getByText('that “vedette pair” shows').waitFor();
    fixture.access.add('Ben');
    await page.reload();
    await page.getByText('Ask them for an invitation').waitFor();
  });

  test.each([
    ['expired', { expiresAt: 1 }, 'its time is over'],
    ['used', { usedAt: 1 }, 'somebody has opened it already'],
  ])('an invitation that is %s says so', async (_, change, words) => {
    fixture.access.add('Ben');
    await visit();
    await page.goto(`${fixture.origin}/${fixture.access.invite(change)}`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByText(words).waitFor();
  });

  test('a wrong link and a cut one say so', async () => {
    fixture.access.add('Ben');
    await visit();
    await page.goto(`${fixture.origin}/#join=${'a'.repeat(21)}A.${'b'.repeat(21)}A`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByText('This is no invitation of this device').waitFor();
    await page.goto(`${fixture.origin}/#join=abc`);
    await page.getByText('This is no invitation of this device').waitFor();
  });

  test('who opens a link for somebody else uses nothing up', async () => {
    await enter();
    await page.goto(`${fixture.origin}/${fixture.access.invite({ name: 'Courier' })}`);
    await page.getByText('let in already, as Anna').waitFor();
    await page.getByRole('button', { name: 'Go on to the picture' }).click();
    await live();
    expect(fixture.access.invitations.at(-1)?.usedAt).toBeUndefined();
  });

  test('opens a lock when it is held for a second, and says that it locked again', async () => {
    await enter();
    await lock('locked').getByText('by Ben').waitFor();
    await hold().hover();
    await page.mouse.down();
    await lock().getByText('Keep holding…').waitFor();
    await lock('unlocked').waitFor();
    await page.mouse.up();
    await lock()
      .getByText(/Locks in \d s/)
      .waitFor();
    expect(unlocks()).toBe(1);
    await lock().getByRole('button', { name: 'Lock Parcel box' }).click();
    await lock('locked')
      .getByText(/Locked again \d\d:\d\d:\d\d/)
      .waitFor();
  });

  test('let go early, or slid off, it stays locked', async () => {
    await enter();
    await hold().hover();
    await page.mouse.down();
    await lock().getByText('Keep holding…').waitFor();
    await page.mouse.up();
    await lock().getByText('Hold to open').waitFor();
    await page.mouse.down();
    await lock().getByText('Keep holding…').waitFor();
    await page.mouse.move(0, 0);
    await lock().getByText('Hold to open').waitFor();
    await page.waitForTimeout(holdMs * 1.5);
    await page.mouse.up();
    expect(unlocks()).toBe(0);
  });

  test('says before anybody holds whom opening asks, and that it asks for a passkey', async () => {
    const confirmers = ['Anna', 'Ben', 'Carl', 'Dora'].map((name) => ({ person: name, name }));
    const becomes = (change: Partial<LockStatus>) =>
      fixture.device(`device.lock(${JSON.stringify({ lock: 'parcel-box', ...change })})`);
    await enter();
    await becomes({ secondStep: 'person', confirmers: confirmers.slice(0, 2) });
    await lock().getByText('Anna or Ben will be asked to allow it').waitFor();
    expect(await hold().getAttribute('aria-describedby')).toBe('asks');
    await becomes({ confirmers });
    await lock().getByText('Anna, Ben or 2 others will be asked to allow it').waitFor();
    await becomes({ confirmers: [] });
    await lock().getByText('Somebody else has to allow it, and nobody else may').waitFor();
    await becomes({ secondStep: 'passkey' });
    await lock().getByText('Your passkey will be asked for').waitFor();
  });

  test('opens by keyboard: held, or pressed and confirmed', async () => {
    await enter();
    await hold().focus();
    await page.keyboard.down('Space');
    await lock('unlocked').waitFor();
    await page.keyboard.up('Space');
    await fixture.device(`device.lock({ lock: 'parcel-box', state: 'locked' })`);
    await lock('locked').waitFor();
    await hold().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Open now?' }).waitFor();
    await page.keyboard.press('Escape');
    await lock().getByText('Hold to open').waitFor();
    expect(unlocks()).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Open now?' }).waitFor();
    await page.keyboard.press('Enter');
    await lock('unlocked').waitFor();
    expect(unlocks()).toBe(2);
  });

  test('a refusal says why', async () => {
    fixture.access.refuseUnlock = { code: 'access/denied', reason: 'only from 14:00 to 16:00' };
    await enter();
    await hold().hover();
    await page.mouse.down();
    await page.getByRole('alert').filter({ hasText: 'Not opened: only from 14:00 to 16:00' }).waitFor();
    await page.mouse.up();
  });

  test('a lock that nobody can open now says why, and does nothing', async () => {
    await fixture.device(
      `device.lock({ lock: 'parcel-box', blocked: { code: 'gpio/busy', reason: 'GPIO17 is taken' } })`,
    );
    await enter();
    await lock().getByText('Cannot be opened now: another program uses its wire').waitFor();
    expect(await hold().getAttribute('aria-disabled')).toBe('true');
  });

  test('unlocks by a conversation of its own while no session is up', async () => {
    await enter();
    fixture.refuse = { code: 'session/limit', message: 'too many people are watching' };
    await fixture.device(`device.tellAll({ type: 'goodbye', reason: 'restart' })`);
    await lock().getByText('No connection').waitFor();
    await hold().hover();
    await page.mouse.down();
    await lock().getByText('Opened. How it stands shows').waitFor();
    expect(unlocks()).toBe(1);
    await page.mouse.up();
  });

  test('who may only look sees the lock, and no way to open it', async () => {
    fixture.access.add('Ben');
    await enter(fixture.access.invite({ name: 'Doctor', scopes: ['view'] }));
    await lock('locked').getByText('Parcel box').waitFor();
    expect(await lock().getByRole('button').count()).toBe(0);
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  test('lists people with what they may do, and revokes at once after asking', async () => {
    await enter();
    const ben = fixture.access.add('Ben', { scopes: ['view', 'unlock:parcel-box'], limits: { uses: 2 } });
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByText('may look, and open Parcel box twice').waitFor();
    await page.getByText('1 is watching now: Anna').waitFor();
    await page.getByRole('button', { name: 'Revoke all of Ben' }).click();
    expect(ben.revokedAt).toBeUndefined();
    await page.getByRole('button', { name: 'Yes, revoke' }).click();
    await page.locator(`[data-person="${ben.id}"]`).waitFor({ state: 'detached' });
    expect(ben.revokedAt).toBeDefined();
  });

  test('says whether there is a recovery code, since when, and how another is made', async () => {
    await enter();
    await page.getByRole('link', { name: 'People' }).click();
    const section = page.getByRole('region', { name: 'Recovery code' });
    await section.getByText('There is none').waitFor();
    fixture.access.recovery = { since: Date.UTC(2026, 4, 5, 12) };
    await page.reload();
    await section.getByText('There is one, made 5 May, 14:00').waitFor();
    await section.getByText('vedette recovery').waitFor();
  });

  test('makes an invitation for a courier: a link, a code, and a line in the list', async () => {
    await enter();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('button', { name: 'Invite…' }).click();
    await page.getByLabel('Name').fill('Parcel service');
    await page.getByText('may do everything').last().waitFor();
    await page.getByRole('radio', { name: 'Courier' }).check();
    await page
      .getByText(/may look, and open Parcel box once, today \d\d:\d\d to \d\d:\d\d|from .* to/)
      .waitFor();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
    const made = fixture.access.invitations.at(-1)!;
    expect(link).toBe(`${fixture.origin}/#join=${made.id}.${made.secret}`);
    expect(made.scopes).toEqual(['view', 'unlock:parcel-box']);
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Revoke the invitation for Parcel service' }).click();
    await page.getByRole('button', { name: 'Yes, revoke' }).click();
    await page.locator(`[data-invitation="${made.id}"]`).waitFor({ state: 'detached' });
    expect(made.revokedAt).toBeDefined();
  });

  test('makes a code for a courier, shows it this once, and takes it back', async () => {
    await enter();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('button', { name: 'Invite…' }).click();
    await page.getByLabel('Name').fill('Parcel service');
    await page.getByRole('radio', { name: 'Doctor' }).check();
    expect(await page.getByRole('checkbox', { name: 'A code for the keypad' }).count()).toBe(0);
    await page.getByRole('radio', { name: 'Courier' }).check();
    await page.getByRole('checkbox', { name: 'A code for the keypad' }).check();
    await page.getByText(/may open Parcel box once/).waitFor();
    await page.getByRole('button', { name: 'Make the code' }).click();
    await page.getByText('0123 4567').waitFor();
    await page.getByText('To be typed at: Gate, then Enter or #. It is shown only now.').waitFor();
    expect(fixture.access.asked.find(({ type }) => type === 'invite')).toMatchObject({
      ...{ name: 'Parcel service', code: true, scopes: ['unlock:parcel-box'], limits: { uses: 1 } },
    });
    await page.getByRole('button', { name: 'Copy' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('01234567');
    await page.getByRole('button', { name: 'Close' }).click();
    const person = fixture.access.people.at(-1);
    const row = page.locator(`[data-person="${person?.id}"]`);
    await row.getByText('A code for the keypad').waitFor();
    expect(await page.content()).not.toContain('0123');
    await row.getByRole('button', { name: 'Revoke the code of Parcel service' }).click();
    await row.getByRole('button', { name: 'Yes, revoke' }).click();
    await expect.poll(() => fixture.access.asked.at(-1)?.type).toBe('people');
    expect(fixture.access.asked.find(({ type }) => type === 'revoke')).toMatchObject({
      ...{ what: 'code', of: person?.codes?.[0]?.id },
    });
  });

  test('makes a link for another browser of somebody who is in already', async () => {
    await enter();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByText('1 browser').click();
    await page.getByRole('button', { name: 'Another browser…' }).click();
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('textbox', { name: 'Link' }).waitFor();
    const asked = fixture.access.asked.find(({ type }) => type === 'invite');
    expect(asked).toMatchObject({ person: fixture.access.people[0]?.id, scopes: [], name: 'Anna' });
  });

  test('shows what was done, page by page', async () => {
    fixture.access.entries = Array.from({ length: 60 }, (_, index) => ({
      seq: 60 - index,
      time: Date.now() - index * 60_000,
      type: 'lock',
      title: `Anna opened Parcel box (${60 - index})`,
      ...(index === 0 ? { detail: { keypad: 'gate' } } : {}),
    }));
    await enter();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByText('Anna opened Parcel box (60) at the keypad gate').waitFor();
    await page.getByRole('button', { name: 'Show earlier ones' }).click();
    await page.getByText('Anna opened Parcel box (1)', { exact: true }).waitFor();
  });

  test('a device that proves its new key is followed there, and that is told once', async () => {
    await enter();
    await fixture.access.changeKey(Date.UTC(2026, 4, 5, 12), true);
    await fixture.access.changeKey(Date.UTC(2026, 4, 6, 12), true);
    await page.reload();
    await live();
    await page.getByText('This device has had another key since 6 May').waitFor();
    fixture.access.cookies.clear();
    await page.reload();
    await live();
    expect(await page.getByText('This device has had another key').count()).toBe(0);
  });

  test('one whose new key nothing leads to is a stranger', async () => {
    await enter();
    await fixture.access.changeKey(Date.now(), false);
    await page.reload();
    await page.getByText('This device belongs to somebody. Ask them for an invitation.').waitFor();
  });
  test('what somebody may is changed in the list of people', async () => {
    await enter();
    await page.getByRole('link', { name: 'People' }).click();
    await page
      .getByRole('button', { name: /^Change/ })
      .first()
      .click();
    const dialog = page.locator('vedette-grant dialog');
    await dialog.getByLabel('How often to unlock').fill('3');
    await dialog.getByLabel('manage people').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => fixture.access.asked.find(({ type }) => type === 'grant'))
      .toMatchObject({ limits: { uses: 3 }, scopes: expect.not.arrayContaining(['admin']) });
  });
});
