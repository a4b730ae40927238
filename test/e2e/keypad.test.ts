import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GrantLimits } from '../../src/protocol/access.ts';
import { ActivityResult, CodeResult, PeopleResult } from '../../src/protocol/request.ts';
import { FifoKeypad } from '../keypads/fifo.ts';
import { runCommand } from './command.ts';
import { type Device, startDevice } from './device.ts';
import { requested } from './terminal.ts';
import { until } from './until.ts';

const hour = 3_600_000;

describe('a code at a keypad of a real device', () => {
  let pad: FifoKeypad;
  let device: Device;
  const typed: string[] = [];
  beforeAll(async () => {
    pad = new FifoKeypad();
    device = await startDevice(() => ({
      device: 'e2e',
      cameras: { porch: { kind: 'test', width: 640, height: 360 } },
      locks: { box: { kind: 'simulated', title: 'Parcel box', unpowered: 'locked', relock: '1s' } },
      keypads: { gate: { kind: 'evdev', device: pad.path, lock: 'box' } },
    }));
    await pad.plugged();
  });
  afterAll(async () => {
    await device?.stop();
    pad?.stop();
  });

  const socket = () => join(device.folder, 'state', 'control.sock');
  const trail = async () =>
    ActivityResult.parse(await requested(socket(), { type: 'activity', limit: 200 })).entries;
  const give = async (name: string, limits: GrantLimits) => {
    const asked = { name, scopes: ['view', 'unlock:box'] as never, limits, expiresAt: Date.now() + hour };
    return CodeResult.parse(await requested(socket(), { type: 'invite', ...asked, code: true }));
  };
  /** Types it, and gives what the trail says of that: of whom, or of nobody. */
  const type = async (code: string, title: RegExp) => {
    const before = (await trail()).length;
    typed.push(code);
    pad.press(`${code}#`);
    await until(async () =>
      (await trail()).slice(0, -before || undefined).some((it) => title.test(it.title)),
    );
    return (await trail()).slice(0, -before || undefined).find((it) => title.test(it.title));
  };
  const opened = async () => (await trail()).filter(({ title }) => /^Parcel box opened/.test(title)).length;

  test('opens once where its grant says once, and says who and where', async () => {
    const { code, keypads } = await give('Courier', { uses: 1, until: Date.now() + hour });
    expect(keypads).toEqual([{ keypad: 'gate', title: 'Gate', lock: 'box' }]);
    expect(await type(code, /^Parcel box opened for Courier/)).toMatchObject({
      ...{ name: 'Courier', lock: 'box', detail: { keypad: 'gate' } },
    });
    expect(await type(code, /^Courier was refused to open Parcel box: .*once/)).toBeDefined();
    expect(await opened()).toBe(1);
  });

  test('opens nothing out of its time', async () => {
    const before = await opened();
    const { code } = await give('Early', { from: Date.now() + hour, until: Date.now() + 2 * hour });
    expect(await type(code, /^Early was refused to open Parcel box: .*not come yet/)).toBeDefined();
    expect(await opened()).toBe(before);
  });

  test('opens nothing once it is taken back', async () => {
    const { code, person } = await give('Guest', {});
    await type(code, /^Parcel box opened for Guest/);
    const before = await opened();
    const { people } = PeopleResult.parse(await requested(socket(), { type: 'people' }));
    const of = people.find(({ id }) => id === person)?.codes?.[0]?.id ?? '';
    await requested(socket(), { type: 'revoke', what: 'code', of });
    expect(await type(code, /^A code that nobody has was typed at Gate/)).toMatchObject({ type: 'refusal' });
    expect(await opened()).toBe(before);
  });

  test('is printed once by the command that makes it, and stands in the list without its digits', async () => {
    const profile = ['--profile', join(device.folder, 'profile.yaml')];
    const env = { STATE_DIRECTORY: join(device.folder, 'state') };
    const made = await runCommand(
      [
        ...['people', 'invite', 'Neighbour', '--may', 'unlock:box', '--uses', '1', '--until', '2h', '--code'],
        ...profile,
      ],
      env,
    );
    expect(made).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/with Enter or # after it, at Gate/),
    });
    const code = /^ {2}(\d{4}) (\d{4})$/m.exec(made.printed)?.slice(1).join('') ?? '';
    expect(await type(code, /^Parcel box opened for Neighbour/)).toBeDefined();
    const { printed } = await runCommand(['people', ...profile], env);
    expect(printed).toMatch(
      /Neighbour.*\n {2}a code for keypads, since .*\n {2}may unlock:box.*1 of 1 unlocks used/,
    );
    for (const spelled of [code, `${code.slice(0, 4)} ${code.slice(4)}`])
      expect(printed).not.toContain(spelled);
  });

  test('comes back when its keypad was pulled out and is plugged in again', async () => {
    const { code } = await give('Late', {});
    pad.unplug();
    await until(async () => device.printed().includes('was unplugged'));
    await pad.plugged();
    expect(await type(code, /^Parcel box opened for Late/)).toBeDefined();
  });

  test('is in no file of the device, in no entry, and in nothing it said', async () => {
    const state = join(device.folder, 'state');
    const files = await readdir(state, { recursive: true, withFileTypes: true });
    const kept = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    expect(kept.length).toBeGreaterThan(3);
    const said = [...kept, JSON.stringify(await trail()), device.printed()].join('\n');
    for (const code of typed) expect(said).not.toContain(code);
  });
});
