import { randomUUID } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { keyIdOf, sha256 } from '../../src/identity/keys.ts';
import { joinStatement, loginStatement } from '../../src/identity/statements.ts';
import { InviteResult, Receipt } from '../../src/protocol/request.ts';
import { speaker } from '../identity/parties.ts';
import { runCommand } from './command.ts';
import { type Device, startDevice } from './device.ts';
import { requested } from './terminal.ts';

let folder: string;
let state: string;
let device: Device | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-damaged-'));
  state = join(folder, 'state');
});
afterEach(() => device?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = () =>
  startDevice(
    () => ({
      device: 'e2e',
      access: { loopback: false },
      cameras: { door: { kind: 'test', width: 320, height: 180 } },
      locks: { box: { kind: 'simulated', unpowered: 'locked' } },
      http: { tls: 'off' },
    }),
    { env: { STATE_DIRECTORY: state } },
  );

/** A browser without a page around it: a key, and the cookie it was given. */
class Browser {
  readonly #own = speaker();
  #cookie = '';

  async join(device: Device, { invitation, secret }: z.infer<typeof InviteResult>): Promise<void> {
    const { publicKey: key, sign } = await this.#own;
    const parts = { device: await idOf(device), key, invitation: invitation.id, origin: originOf(device) };
    const signature = await sign(joinStatement({ ...parts, secretHash: await sha256(secret) }));
    await this.#post(device, '/api/join', {
      ...{ invitation: invitation.id, secret, key, label: 'test', signature },
    });
  }

  async signIn(device: Device): Promise<void> {
    const { publicKey: key, sign } = await this.#own;
    const { challenge } = (await (await this.#post(device, '/api/session/challenge', {})).json()) as {
      challenge: string;
    };
    const parts = { device: await idOf(device), key, challenge, origin: originOf(device) };
    await this.#post(device, '/api/session', {
      key,
      challenge,
      signature: await sign(loginStatement(parts)),
    });
  }

  async scopes(device: Device): Promise<readonly string[]> {
    const answer = await fetch(new URL('api/device', device.url), { headers: { cookie: this.#cookie } });
    return ((await answer.json()) as { scopes: string[] }).scopes;
  }

  async unlock(device: Device): Promise<Receipt> {
    const given = await this.#ask(device, { type: 'challenge' });
    const { challenge } = (given.state === 'done' ? given.result : {}) as { challenge: string };
    return this.#ask(device, { type: 'unlock', lock: 'box', challenge });
  }

  async #ask(device: Device, body: object): Promise<Receipt> {
    const answer = await this.#post(device, '/api/requests', { id: randomUUID(), ...body });
    return Receipt.parse(await answer.json());
  }

  async #post(device: Device, path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', cookie: this.#cookie, origin: originOf(device) };
    const url = new URL(path, device.url);
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    this.#cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.#cookie;
    return answer;
  }
}

const originOf = ({ url }: Device) => new URL(url).origin;

async function idOf({ url }: Device): Promise<string> {
  const answer = await fetch(new URL('api/identity', url));
  const { device } = (await answer.json()) as { device: { publicKey: string } };
  return keyIdOf(device.publicKey);
}

/** As a card does that wears out. */
async function spoil(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - 200, 0x5a), 0, size - 200, 100);
  } finally {
    await file.close();
  }
}

test('where the list of people is damaged, who is known looks on, nothing is unlocked, and one command mends it', async () => {
  device = await start();
  const browser = new Browser();
  const made = await requested(join(state, 'control.sock'), {
    ...{ type: 'invite', name: 'Anna', scopes: ['view', 'listen', 'unlock:box', 'invite'], limits: {} },
    expiresAt: Date.now() + 3_600_000,
  });
  await browser.join(device, InviteResult.parse(made));
  expect(await browser.unlock(device)).toMatchObject({ state: 'done' });
  await device.stop();
  await spoil(join(state, 'trust.sqlite'));

  device = await start();
  await browser.signIn(device);
  expect((await browser.scopes(device)).toSorted()).toEqual(['listen', 'view']);
  expect(await browser.unlock(device)).toMatchObject({ state: 'refused' });
  const profile = join(folder, 'e2e.yaml');
  await writeFile(profile, 'device: e2e\ncameras: { door: { kind: test } }\n');
  const recover = () => runCommand(['audit', 'recover', profile, '--yes'], { STATE_DIRECTORY: state });
  expect((await recover()).printed).toContain('(trust/in-use)');
  await device.stop();
  expect(await recover()).toEqual({ code: 0, printed: expect.stringContaining('people: Anna') });

  device = await start();
  await browser.signIn(device);
  expect(await browser.unlock(device)).toMatchObject({ state: 'done' });
});
