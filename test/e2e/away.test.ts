import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ActivityResult, InviteResult, PeopleResult } from '../../src/protocol/request.ts';
import { headlessPath } from '../browsers/chromium.ts';
import { hasMosquitto } from '../buses/mosquitto.ts';
import { coturnMissing } from '../interop/coturn.ts';
import { type Apart, apartMissing, middleAddress, startApart } from './apart.ts';
import { askDevice, requested } from './terminal.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');
const ports = { broker: 1883, sockets: 9001, turn: 3478, page: 8600 };
const turnSecret = 'shared-with-coturn';
const missing = apartMissing ?? coturnMissing ?? (hasMosquitto ? undefined : 'mosquitto is not installed');

// Needs root for the networks, coturn and mosquitto: without them there is no elsewhere.
describe.skipIf(missing !== undefined)('from another network, over a broker and a relay alone', () => {
  let apart: Apart;
  let folder: string;
  let browser: Browser;
  let page: Page;
  let printed = '';
  let broker: ReturnType<Apart['start']>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-away-'));
    apart = await startApart();
    await writeFile(
      join(folder, 'mosquitto.conf'),
      [
        `listener ${ports.broker}`,
        `listener ${ports.sockets}`,
        'protocol websockets',
        'allow_anonymous true',
        'persistence false',
        '',
      ].join('\n'),
    );
    broker = apart.start('middle', 'mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
      ...process.env,
      PATH: `${process.env.PATH}:/usr/sbin`,
    });
    await writeFile(
      join(folder, 'turn.conf'),
      [
        `listening-ip=${middleAddress}`,
        `relay-ip=${middleAddress}`,
        `listening-port=${ports.turn}`,
        'realm=test',
        'use-auth-secret',
        `static-auth-secret=${turnSecret}`,
        'fingerprint',
        'no-cli',
        'no-tls',
        'no-dtls',
        'log-file=stdout',
        `pidfile=${join(folder, 'turn.pid')}`,
        `userdb=${join(folder, 'turn.db')}`,
        '',
      ].join('\n'),
    );
    apart.start('middle', 'turnserver', ['-c', join(folder, 'turn.conf')]);
    const served = apart.start('viewer', process.execPath, [
      join(import.meta.dirname, 'static-page.ts'),
      join(root, 'dist/viewer'),
      String(ports.page),
    ]);
    await once(served.stdout as NodeJS.ReadableStream, 'data');
    await writeFile(
      join(folder, 'profile.yaml'),
      stringify({
        device: 'mill',
        cameras: { 'front-door': { kind: 'test', width: 640, height: 360 } },
        http: { mdns: false, host: '127.0.0.1' },
        signaling: {
          mqtt: {
            url: `mqtt://${middleAddress}:${ports.broker}`,
            viewers: `ws://${middleAddress}:${ports.sockets}`,
          },
          page: `http://localhost:${ports.page}/`,
        },
        iceServers: [{ urls: `turn:${middleAddress}:${ports.turn}`, username: 'mill', secret: turnSecret }],
      }),
    );
    const device = apart.start(
      'device',
      join(root, 'bin/vedette'),
      ['run', join(folder, 'profile.yaml'), '--log-level', 'debug'],
      { ...process.env, VEDETTE_NODE: process.execPath, STATE_DIRECTORY: join(folder, 'state') },
    );
    for (const stream of [device.stdout, device.stderr])
      stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await until(
      async () => existsSync(socket()) && (await askDevice(socket(), 'GET', '/healthz')).status === 200,
      60_000,
    );
    browser = await chromium.launch({
      executablePath: await apart.launcher('viewer', headlessPath),
      chromiumSandbox: false,
      args: ['--no-proxy-server', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await apart?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const socket = () => join(folder, 'state', 'control.sock');

  async function invitation(): Promise<string> {
    const given = await requested(socket(), {
      type: 'invite',
      name: 'Anna',
      scopes: ['view', 'listen', 'telemetry'],
      limits: {},
      expiresAt: Date.now() + 3_600_000,
    });
    const { invitation, secret } = InviteResult.parse(given);
    const { body } = await askDevice(socket(), 'GET', '/api/device');
    const { inviteLink } = JSON.parse(body) as { inviteLink: string };
    return `${inviteLink}${invitation.id}.${secret}`;
  }

  const live = () => page.locator('vedette-picture[data-state="live"]').waitFor({ timeout: 60_000 });

  test('a newcomer opens the link on a page of another origin, joins, and sees the picture', async () => {
    page = await browser.newPage();
    await page.goto(await invitation());
    await page.getByRole('button', { name: /join/i }).click();
    await page.getByRole('button', { name: /go on|continue|live/i }).click({ timeout: 60_000 });
    await live();
    expect(await page.evaluate(() => location.hash)).toBe('');
  });

  test('comes back by its own key after a reload', async () => {
    await page.reload();
    await live();
  });

  test('the picture goes on when the broker goes, and a new session comes when it is back', async () => {
    const gone = once(broker, 'exit');
    broker.kill('SIGKILL');
    await gone;
    await live();
    apart.start('middle', 'mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
      ...process.env,
      PATH: `${process.env.PATH}:/usr/sbin`,
    });
    await page.reload();
    await live();
    expect(printed).not.toContain(turnSecret);
  });

  test('who watched from elsewhere stands in the trail by name', async () => {
    const { entries } = ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 50 }));
    expect(entries.some(({ type, name }) => type === 'session' && name === 'Anna')).toBe(true);
  });

  test('a key that is taken back sees nothing any more within moments', async () => {
    const { people } = PeopleResult.parse(await requested(socket(), { type: 'people' }));
    const anna = people.find(({ name }) => name === 'Anna');
    await requested(socket(), { type: 'revoke', what: 'person', of: anna?.id ?? '' });
    await page.locator('vedette-picture[data-state="live"]').waitFor({ state: 'detached', timeout: 5_000 });
  });
});
