import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyIdOf } from '../../src/identity/keys.ts';
import { InviteResult } from '../../src/protocol/request.ts';
import { ownerScopes, type Scope } from '../../src/protocol/scope.ts';
import { signalPresence, signalTopics } from '../../src/signaling/mqtt.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { filled, wordsOf } from '../browsers/device-words.ts';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../buses/mosquitto.ts';
import { runCommand } from './command.ts';
import { type Device, freePort, startDevice } from './device.ts';
import { press, says } from './reading.ts';
import { askDevice, requested } from './terminal.ts';
import { until } from './until.ts';

const hour = 3_600_000;
const prefix = 'vedette/signal';
const root = join(import.meta.dirname, '../..');
const changed = /This device has had another key since/;

// Without a broker on this machine there is no elsewhere.
describe.skipIf(!hasMosquitto)('a device whose key is changed', () => {
  let folder: string;
  let broker: Mosquitto;
  let client: MqttClient;
  let served: ChildProcess;
  let browser: TestBrowser;
  let device: Device;
  let devicePort: number;
  let viewersPort: number;
  let pagePort: number;
  let home: TestPage;
  let away: TestPage;
  /** Made before the change, and opened after it. */
  let early: string;
  let firstKey: string;

  const state = () => join(folder, 'state');
  const socket = () => join(state(), 'control.sock');
  const start = () =>
    startDevice(
      () => ({
        device: 'e2e',
        access: { loopback: false, clock: 'trusted' },
        cameras: { door: { kind: 'test', width: 320, height: 240 } },
        locks: { box: { kind: 'simulated', title: 'Parcel box', unpowered: 'locked' } },
        signaling: {
          mqtt: { url: broker.url, viewers: `ws://127.0.0.1:${viewersPort}`, topic: prefix },
          page: `http://localhost:${pagePort}/`,
        },
      }),
      { env: { STATE_DIRECTORY: state() }, port: devicePort },
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-key-change-'));
    [devicePort, viewersPort, pagePort] = [await freePort(), await freePort(), await freePort()];
    broker = await startMosquitto([
      'allow_anonymous true',
      `listener ${viewersPort} 127.0.0.1`,
      'protocol websockets',
    ]);
    client = connect(broker.url, { protocolVersion: 5 });
    served = spawn(
      process.execPath,
      [join(import.meta.dirname, 'static-page.ts'), join(root, 'dist/viewer'), String(pagePort)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(served.stdout as NodeJS.ReadableStream, 'data');
    device = await start();
    firstKey = await keyNow();
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await device?.stop();
    served?.kill();
    await client?.endAsync(true);
    await broker?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const keyNow = async (): Promise<string> => {
    const identity = (await (await fetch(new URL('api/identity', device.url))).json()) as {
      device: { publicKey: string };
    };
    return identity.device.publicKey;
  };
  const presenceOf = async (key: string) => signalTopics(prefix, await keyIdOf(key)).presence;

  async function invite(name: string, scopes: Scope[]): Promise<{ home: string; away: string }> {
    const given = await requested(socket(), {
      ...{ type: 'invite', name, scopes, limits: {}, expiresAt: Date.now() + hour },
    });
    const { invitation, secret } = InviteResult.parse(given);
    const { body } = await askDevice(socket(), 'GET', '/api/device');
    const { inviteLink } = JSON.parse(body) as { inviteLink: string };
    return {
      home: new URL(`#join=${invitation.id}.${secret}`, device.url).href,
      away: `${inviteLink}${invitation.id}.${secret}`,
    };
  }

  /** @param name asked of the first who comes */
  async function enter(page: TestPage, link: string, name?: string): Promise<void> {
    await page.goto(link);
    if (name !== undefined) await until(() => page.evaluate(filled, { name: 'name', value: name }));
    await press(page, 'Join');
    await press(page, 'Go on to the picture');
    await says(page, /Parcel box/);
  }

  /** What the page elsewhere was opened with, without an invitation. */
  const oldLink = () => early.replace(/&join=.*/, '');

  test('is known by its first key at home and elsewhere', async () => {
    early = (await invite('Early', ['telemetry', 'unlock:box'])).away;
    home = await browser.newPage();
    await enter(home, (await invite('Anna', ['telemetry', 'unlock:box'])).home, 'Anna');
    away = await browser.newPage();
    await enter(away, (await invite('Bob', [...ownerScopes])).away);
  });

  test('is not followed by what only the broker says', async () => {
    const presence = await presenceOf(firstKey);
    for (const said of ['offline', '{', '{"succession":[],"seal":"","signature":""}'])
      await client.publishAsync(presence, said, { qos: 1, retain: true });
    await away.goto(oldLink());
    await says(away, /Parcel box/);
    expect(await away.evaluate(wordsOf, undefined)).not.toMatch(changed);
  });

  test('is changed by the command, and says at the broker where it went', async () => {
    const path = join(folder, 'profile.yaml');
    // `stop` leaves nothing of it.
    await copyFile(join(device.folder, 'profile.yaml'), path);
    await device.stop();
    // The broker has not noticed yet that the device went: its connection stands, and so does its will.
    const [id, presence] = [await keyIdOf(firstKey), await presenceOf(firstKey)];
    const left = await connectAsync(broker.url, {
      ...{ protocolVersion: 5, clientId: `vedette-${id.slice(0, 12)}`, reconnectPeriod: 0 },
      will: { topic: presence, payload: Buffer.from(signalPresence.gone), qos: 1, retain: true },
    });
    const ended = await runCommand(['identity', 'change', path, '--yes'], { STATE_DIRECTORY: state() });
    expect(ended).toMatchObject({ code: 0 });
    const said: string[] = [];
    client.on('message', (_topic, payload) => void said.push(payload.toString()));
    await client.subscribeAsync(presence, { qos: 1 });
    device = await start();
    expect(await keyNow()).not.toBe(firstKey);
    await until(async () => said.at(-1)?.includes('"succession"') ?? false);
    expect(left.connected).toBe(false);
  });

  test('is followed at home, which is told once', async () => {
    await home.goto(device.url);
    await says(home, changed);
    await says(home, /Parcel box/);
    await home.goto(`${device.url}?again`);
    await says(home, /Parcel box/);
    expect(await home.evaluate(wordsOf, undefined)).not.toMatch(changed);
  });

  test('is followed from elsewhere, which is told once', async () => {
    await says(away, changed);
    await says(away, /Parcel box/);
    await away.goto(`http://localhost:${pagePort}/?again`);
    await says(away, /Parcel box/);
    expect(await away.evaluate(wordsOf, undefined)).not.toMatch(changed);
  });

  test('lets in by an invitation from before', async () => {
    const newcomer = await browser.newPage();
    await enter(newcomer, early);
    expect(await newcomer.evaluate(wordsOf, undefined)).not.toMatch(changed);
    await newcomer.close();
  });

  test('is met by a link from before, also where the broker keeps nothing any more', async () => {
    await client.publishAsync(await presenceOf(firstKey), '', { qos: 1, retain: true });
    await away.goto(`http://localhost:${pagePort}/?once-more${new URL(oldLink()).hash}`);
    await says(away, /Parcel box/);
  });

  test('lets who followed it from elsewhere invite somebody, who comes in', async () => {
    await away.goto(`http://localhost:${pagePort}/?view=people`);
    await press(away, 'Invite…');
    await until(() => away.evaluate(filled, { name: 'name', value: 'Carol' }));
    await press(away, 'Make the link');
    await says(away, /The invitation for Carol is ready/);
    const link = await away.evaluate(linkShown, undefined);
    expect(link).toMatch(/^http:\/\/localhost:\d+\/#at=[\w-]+&join=/);
    const carol = await browser.newPage();
    await enter(carol, link);
    await carol.close();
  });
});

/** Run in the page: the link that the dialog shows. */
function linkShown(): string {
  const all = (root: ParentNode): Element[] =>
    [...root.querySelectorAll('*')].flatMap((each) => [
      each,
      ...(each.shadowRoot ? all(each.shadowRoot) : []),
    ]);
  const field = all(document).find((each) => each instanceof HTMLInputElement && each.readOnly);
  return field instanceof HTMLInputElement ? field.value : '';
}
