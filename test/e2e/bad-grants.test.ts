import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { PeopleResult, type Receipt } from '../../src/protocol/request.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { vedette } from '../cli/command-line.ts';
import { FarControl } from '../requests/far-control.ts';
import { type Device, startDevice } from './device.ts';
import { KeyBrowser } from './key-browser.ts';

let device: Device;
/** Who asks by HTTP, who asks by a channel, and who looks at what came of it: what one key asks is bounded. */
let owner: KeyBrowser;
let witness: KeyBrowser;
let control: FarControl;

const people = async (): Promise<z.infer<typeof PeopleResult>> => {
  const given = await witness.ask(device, { id: randomUUID(), type: 'people' });
  return PeopleResult.parse(given.state === 'done' ? given.result : given);
};

beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'e2e',
    access: { loopback: false },
    cameras: { door: { kind: 'test', width: 320, height: 180 } },
    locks: { box: { kind: 'simulated', unpowered: 'locked' } },
    http: { tls: 'off' },
  }));
  owner = await KeyBrowser.invited(device, 'Olga', ownerScopes);
  const other = await KeyBrowser.invited(device, 'Oleg', ownerScopes);
  witness = await KeyBrowser.invited(device, 'Otto', ownerScopes);
  await KeyBrowser.invited(device, 'Bob', ['view']);
  control = new FarControl(device);
  await control.open('door', { cookie: other.cookie });
});
afterAll(async () => {
  await control?.leave();
  await device?.stop();
});

/** Nothing of what is wrong may be kept. */
let before: z.infer<typeof PeopleResult>;
beforeAll(async () => {
  before = await people();
});
afterEach(async () => {
  expect(await people()).toEqual(before);
});

const week = { days: ['mon'], from: '08:00', to: '17:00' };
const wrong: readonly (readonly [string, { scopes?: readonly string[]; limits?: object }, RegExp])[] = [
  [
    'that ends before it begins',
    { limits: { from: 2_000, until: 1_000 } },
    /limits\.until: .*before the start/,
  ],
  ['that ends as it begins', { limits: { from: 1_000, until: 1_000 } }, /limits\.until/],
  ['with a time that is none', { limits: { until: 'tomorrow' } }, /limits\.until/],
  [
    'in a zone that nobody knows',
    { limits: { windows: [week], zone: 'Mars/Olympus' } },
    /limits\.zone: .*Europe/,
  ],
  ['with windows and no zone', { limits: { windows: [week] } }, /limits\.zone/],
  [
    'with a window at no time of day',
    { limits: { windows: [{ ...week, to: '25:00' }], zone: 'Europe/Berlin' } },
    /limits\.windows\.0\.to/,
  ],
  ['for no use', { limits: { uses: 0 } }, /limits\.uses/],
  ['for fewer uses than none', { limits: { uses: -1 } }, /limits\.uses/],
  ['for half a use', { limits: { uses: 0.5 } }, /limits\.uses/],
  ['within a limit that nobody knows', { limits: { weather: 'sunny' } }, /limits.*weather/],
  ['to do what nobody can', { scopes: ['fly'] }, /scopes\.0: a scope: view/],
  ['for a lock that is not there', { scopes: ['view', 'unlock:attic'] }, /no lock attic/],
  ['while a door is closed that is not there', { limits: { whileDoorClosed: 'attic' } }, /no lock attic/],
];

test.each(wrong)(
  'an invitation or a grant %s is refused by HTTP and by channel, with what is wrong',
  async (...[, bad, reason]) => {
    const bob = before.people.find(({ name }) => name === 'Bob');
    const asked = (type: string, about: object) => ({
      ...{ id: randomUUID(), type, scopes: ['unlock:box'], limits: {}, ...about, ...bad },
    });
    const both = () => [
      asked('invite', { name: 'Courier', expiresAt: Date.now() + 3_600_000 }),
      asked('grant', { person: bob?.id }),
    ];
    const receipts: Receipt[] = [];
    for (const request of both()) receipts.push(await owner.ask(device, request));
    for (const request of both()) receipts.push(await control.ask(request));
    expect(receipts.map((receipt) => receipt.state === 'refused' && receipt.reason)).toEqual(
      Array(4).fill(expect.stringMatching(reason)),
    );
  },
);

test.each([
  [['invite', 'Courier', '--uses', '0'], /limits\.uses/],
  [['invite', 'Courier', '--uses', '-1'], /limits\.uses/],
  [['invite', 'Courier', '--uses', 'some'], /uses/],
  [['invite', 'Courier', '--may', 'fly'], /--may takes a scope/],
  [['invite', 'Courier', '--may', 'unlock:attic'], /no lock attic/],
  [['invite', 'Courier', '--until', 'never'], /--until takes a time/],
  [['invite', 'Courier', '--until', '2020-01-01'], /over/],
  [['grant', 'Bob', '--uses', '0'], /limits\.uses/],
  [['grant', 'Bob', '--until', '2020-01-01'], /allow nothing/],
  [['grant', 'Bob', '--may', 'unlock:attic'], /no lock attic/],
  [['grant', 'Bob', '--until', '2026-02-31T99:00'], /--until takes a time/],
] as const)(
  '`vedette people` with %j is refused with what is wrong and a cure, and no stack',
  async (args, reason) => {
    vi.stubEnv('STATE_DIRECTORY', join(device.folder, 'state'));
    const { code, stdout, stderr } = await vedette('people', ...args);
    vi.unstubAllEnvs();
    expect([1, 2]).toContain(code);
    expect(stdout).toBe('');
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/\n {2}cure: .+\n$/);
    expect(stderr).not.toMatch(/^ +at /m);
  },
);
