import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embedScopes, mintToken } from '../../src/access/token.ts';
import { ownAddresses } from '../../src/http/hosts.ts';
import { Secret } from '../../src/log.ts';
import { startChromium } from '../browsers/chromium.ts';
import { pictureState, talkButton, talkState } from '../browsers/device-page.ts';
import { play, receivedVideo } from '../browsers/whep.ts';
import { ask, askUpgrade } from './ask.ts';
import { type Device, startDevice } from './device.ts';
import { until } from './until.ts';

const address = ownAddresses()[0];
const inUrl = address?.includes(':') ? `[${address}]` : address;
/** In a profile, and never anywhere else. */
const cameraPassword = 'hunter2secret';
const turnPassword = 'turn-password-of-e2e';

/** All that one run has said, and what it must not have said. */
interface Run {
  readonly printed: string;
  readonly secrets: readonly string[];
}

/** A whole run: the page by its link, a WHEP player with a token, talk, and a good many mistakes. */
async function wholeRun(level: 'info' | 'debug'): Promise<Run> {
  const device = await startDevice(
    ({ folder }) => ({
      device: 'e2e',
      cameras: {
        'front-door': {
          kind: 'test',
          width: 320,
          height: 180,
          microphone: { kind: 'test' },
          speaker: { kind: 'file', path: `${folder}/speaker.wav` },
        },
        gone: { kind: 'rtsp', url: `rtsp://me:${cameraPassword}@127.0.0.1:9/x` },
        refusing: { kind: 'http', url: `http://me:${cameraPassword}@127.0.0.1:9/x` },
      },
      iceServers: [{ urls: 'turn:127.0.0.1:9?transport=tcp', username: 'e2e', credential: turnPassword }],
    }),
    { flags: ['--log-level', level] },
  );
  try {
    return { secrets: await live(device), printed: await ended(device) };
  } catch (error) {
    await device.stop();
    throw error;
  }
}

const ended = async (device: Device): Promise<string> => {
  expect(await device.stop()).toBe(0);
  return device.printed();
};

async function live(device: Device): Promise<readonly string[]> {
  const secret = (await readFile(join(device.folder, 'state/identity/secret'), 'utf8')).trim();
  const token = mintToken(new Secret(secret), embedScopes).reveal();
  const base = `https://${inUrl}:${new URL(device.url).port}`;
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${base}/#${secret}`);
    await until(async () => (await page.evaluate(pictureState, 'front-door')) === 'live');
    await until(async () => (await page.evaluate(pictureState, 'gone')) === 'away');
    const { x, y } = await page.evaluate(talkButton, 'front-door');
    await page.tap(x, y);
    await until(async () => (await page.evaluate(talkState, 'front-door')) === 'talking');
    await page.evaluate(play, { id: 'whep', url: '/whep/front-door', token });
    await until(async () => ((await page.evaluate(receivedVideo, 'whep'))?.framesDecoded ?? 0) > 10);
    const descriptions = await page.evaluate(
      (id) =>
        [window.players[id]?.pc.localDescription?.sdp, window.players[id]?.pc.remoteDescription?.sdp].join(
          '\n',
        ),
      'whep',
    );
    const traded = await ask(`${base}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });
    const cookie = /vedette=([^;]+)/.exec(traded.headers['set-cookie']?.[0] ?? '')?.[1] ?? '';
    expect(cookie).not.toBe('');
    await mistakes(base, secret, token);
    const sdpSecrets = [...descriptions.matchAll(/a=(?:ice-ufrag|ice-pwd|fingerprint):(.+)/g)].map(
      ([, value]) => (value ?? '').trim(),
    );
    expect(sdpSecrets.length).toBeGreaterThan(5);
    return [secret, token, cookie, cameraPassword, turnPassword, ...sdpSecrets];
  } finally {
    await browser.close();
  }
}

async function mistakes(base: string, secret: string, token: string): Promise<void> {
  const sdp = { 'content-type': 'application/sdp' };
  for (const path of [
    `/${secret}`,
    `/api/device?secret=${secret}`,
    `/whep/${token}`,
    `/api/snapshot/${secret}.jpg`,
  ]) {
    await ask(`${base}${path}`);
    await ask(`${base}${path}`, {
      method: 'POST',
      headers: { ...sdp, authorization: `Bearer ${secret}` },
      body: secret,
    });
    await askUpgrade(`${base}${path}`, { authorization: `Bearer ${token}` });
  }
  await ask(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"secret":"${secret}x"}`,
  });
  await ask(`${base}/api/device`, { headers: { host: 'evil.example' } });
}

/** Names of hosts and addresses that a run meets. */
const addresses = [...ownAddresses(), '127.0.0.1', '::1', 'e2e.local', 'localhost', 'evil.example'];
/** What looks like an address, whoever's: dotted IPv4, IPv6 of three groups or more. */
const looksLikeAddress = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,}\b/i;

test.skipIf(!address)('at info no line names a secret, an address or a host', async () => {
  const { printed, secrets } = await wholeRun('info');
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.length).toBeGreaterThan(5);
  for (const secret of secrets) expect(printed).not.toContain(secret);
  for (const line of lines) {
    for (const name of addresses) expect(line).not.toContain(name);
    expect(line).not.toMatch(looksLikeAddress);
  }
});

test.skipIf(!address)('at debug there may be addresses, and still no secret', async () => {
  const { printed, secrets } = await wholeRun('debug');
  expect(printed).toContain('"level":20');
  for (const secret of secrets) expect(printed).not.toContain(secret);
});
