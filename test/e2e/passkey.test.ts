import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ActivityResult, InviteResult, PeopleResult } from '../../src/protocol/request.ts';
import { headlessPath } from '../browsers/chromium.ts';
import { filled, held, pressed, wordsOf } from '../browsers/device-words.ts';
import { type Device, startDevice } from './device.ts';
import { requested } from './terminal.ts';
import { until } from './until.ts';

let device: Device;
let browser: Browser;
let page: Page;
let devtools: CDPSession;
let authenticatorId: string;
beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'e2e',
    access: { loopback: false, clock: 'trusted' },
    cameras: { porch: { kind: 'test', width: 640, height: 360 } },
    locks: {
      safe: { kind: 'simulated', title: 'Safe', unpowered: 'locked', relock: '1s', secondStep: 'passkey' },
    },
  }));
  const invited = await requested(socket(), {
    ...{ type: 'invite', name: 'Anna', scopes: ['view', 'unlock:safe'], limits: {} },
    expiresAt: Date.now() + 3_600_000,
  });
  const { invitation, secret } = InviteResult.parse(invited);
  browser = await chromium.launch({
    executablePath: headlessPath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', '--no-proxy-server', '--disable-features=WebRtcHideLocalIpsWithMdns'],
  });
  page = await browser.newPage();
  devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  }));
  // A passkey's page has a name; the machine itself has this one.
  const at = new URL(`#join=${invitation.id}.${secret}`, device.url);
  at.hostname = 'localhost';
  await page.goto(at.href);
  // The first who comes is asked for a name.
  await until(() => page.evaluate(filled, { name: 'name', value: 'Anna' }));
  await press('Join');
  await press('Go on to the picture');
  await says(/Safe/);
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
});

const socket = () => join(device.folder, 'state', 'control.sock');
const words = () => page.evaluate(wordsOf);
const says = (said: RegExp) => until(async () => said.test(await words()));
const press = (button: string) => until(() => page.evaluate(pressed, button));
const holdToOpen = () => until(() => page.evaluate(held, 1_300));
const trail = async () =>
  ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 200 })).entries.map(
    ({ title }) => title,
  );
const opened = async () => (await trail()).filter((title) => title === 'Safe opened for Anna').length;

test('who has no passkey yet is told so, and adds one there', async () => {
  await holdToOpen();
  await says(/you have none here/);
  await press('Add a passkey');
  await says(/The passkey was added/);
  const { people } = PeopleResult.parse(await requested(socket(), { type: 'people' }));
  expect(people.find(({ name }) => name === 'Anna')?.passkeys).toMatchObject([{ rpId: 'localhost' }]);
});

test('an unlock is opened by the passkey of a person who is verified', async () => {
  await holdToOpen();
  await says(/Locked again/);
  expect(await opened()).toBe(1);
  expect(await trail()).toContain('Anna was verified by their passkey to open Safe');
});

test('it is not opened where nobody is verified', async () => {
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await holdToOpen();
  await says(/Your passkey has to verify/);
  // The browser makes no assertion for who is not verified; an authenticator that says so is refused by the device.
  await until(() =>
    page.evaluate(() => {
      const all = (root: ParentNode): Element[] =>
        [...root.querySelectorAll('*')].flatMap((each) => [
          each,
          ...(each.shadowRoot ? all(each.shadowRoot) : []),
        ]);
      const button = all(document).find((each) => each.textContent?.trim() === 'Verify');
      return button instanceof HTMLButtonElement && !button.disabled;
    }),
  );
  expect(await opened()).toBe(1);
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await press('Verify');
  // The page still tells of the time before.
  await until(async () => (await opened()) === 2);
});
