import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './command.ts';
import { type Device, startDevice } from './device.ts';
import { KeyBrowser } from './key-browser.ts';

let folder: string;
let state: string;
let device: Device | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-damaged-'));
  state = join(folder, 'state');
});
afterEach(async () => {
  await device?.stop();
  await rm(folder, { recursive: true, force: true });
});

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

test.each([
  ['damaged', spoil],
  ['missing beside an identity', (path: string) => rm(path)],
])(
  'where the list of people is %s, who is known looks on, nothing is unlocked, and one command mends it',
  async (...[, harm]) => {
    device = await start();
    const scopes = ['view', 'listen', 'unlock:box', 'invite'] as const;
    const browser = await KeyBrowser.invited(device, 'Anna', scopes, {}, state);
    expect(await browser.unlock(device, 'box')).toMatchObject({ state: 'done' });
    await device.stop();
    await harm(join(state, 'trust.sqlite'));

    device = await start();
    await browser.signIn(device);
    expect((await browser.scopes(device)).toSorted()).toEqual(['listen', 'view']);
    expect(await browser.unlock(device, 'box')).toMatchObject({ state: 'refused' });
    const profile = join(folder, 'e2e.yaml');
    await writeFile(profile, 'device: e2e\ncameras: { door: { kind: test } }\n');
    const recover = () => runCommand(['audit', 'recover', profile, '--yes'], { STATE_DIRECTORY: state });
    expect((await recover()).printed).toContain('(trust/in-use)');
    await device.stop();
    expect(await recover()).toEqual({ code: 0, printed: expect.stringContaining('people: Anna') });

    device = await start();
    await browser.signIn(device);
    expect(await browser.unlock(device, 'box')).toMatchObject({ state: 'done' });
  },
);
