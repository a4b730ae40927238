import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { CodeSecretFile } from '../../src/access/code-secret.ts';
import { TrustRow } from '../../src/access/trust/row.ts';
import type { GrantLimits } from '../../src/protocol/access.ts';
import type { Scope } from '../../src/protocol/scope.ts';
import { boxKeypad, House, local } from './house.ts';
import { MemoryStore } from './memory-store.ts';

const hour = 3_600_000;

async function made(
  house: House,
  limits: GrantLimits = {},
  scopes: readonly Scope[] = ['view', 'unlock:box'],
) {
  const { code } = await house.access.inviteByCode(local, { name: 'Courier', scopes, limits });
  const peer = house.access.codes.peerOf(code, boxKeypad);
  if (!peer) throw new Error('nobody has it');
  return { code, peer };
}

test('a code is eight digits, is told once, and whoever types it is known by the name of the invitation', async () => {
  const house = await House.open();
  const { code, person, keypads } = await house.access.inviteByCode(local, {
    ...{ name: 'Courier', scopes: ['unlock:box'], limits: {} },
  });
  expect(code).toMatch(/^\d{8}$/);
  expect(keypads).toEqual([boxKeypad]);
  expect(house.access.codes.peerOf(code, boxKeypad)).toMatchObject({ kind: 'code', person, name: 'Courier' });
  const told = JSON.stringify([[...house.store.rows.values()], house.store.audit, house.access.people()]);
  expect(told).not.toContain(code);
  expect(house.access.people().people).toMatchObject([{ name: 'Courier', keys: [], codes: [{}] }]);
});

test('what is kept of a code can be read again, and tells nobody without the secret which it is', async () => {
  const house = await House.open();
  const { code } = await made(house);
  const rows = [...house.store.rows.values()];
  expect(rows.map((row) => TrustRow.parse(row))).toEqual(rows);
  const again = await House.open({ store: house.store });
  expect(again.access.codes.peerOf(code, boxKeypad)).toBeUndefined();
  again.codeSecret.current = house.codeSecret.current;
  expect(again.access.codes.peerOf(code, boxKeypad)).toMatchObject({ name: 'Courier' });
});

test('a code opens the locks of its grant and nothing else, whatever that grant gives by a link', async () => {
  const house = await House.open();
  const { peer } = await made(house, {}, ['view', 'admin', 'invite', 'control', 'unlock:box']);
  expect(house.access.authorize(peer, 'unlock:box')).toMatchObject({ allowed: true });
  for (const scope of ['view', 'admin', 'invite', 'control:light', 'unlock:door'] as const)
    expect(house.access.authorize(peer, scope).allowed).toBe(false);
  expect(house.access.scopesOf(peer)).toEqual(['unlock:box']);
});

test('all limits of its grant hold: window, times, uses, door, and whoever types is in this network', async () => {
  const house = await House.open();
  const now = house.clock.wall();
  const allowed = async (limits: GrantLimits) =>
    house.access.authorize((await made(house, limits)).peer, 'unlock:box').allowed;
  expect(await allowed({ thisNetwork: true })).toBe(true);
  expect(await allowed({ from: now + hour })).toBe(false);
  expect(await allowed({ whileDoorClosed: 'box' })).toBe(false);
  const window = { days: ['mon' as const], zone: 'UTC' };
  const at = (from: string, to: string) => ({ windows: [{ days: window.days, from, to }], zone: 'UTC' });
  expect([await allowed(at('11:00', '13:00')), await allowed(at('13:00', '14:00'))]).toEqual([true, false]);
  const { peer } = await made(house, { uses: 1, until: now + hour });
  const { grant } = house.access.authorize(peer, 'unlock:box');
  if (!grant) throw new Error('refused');
  house.access.used(grant);
  expect(house.access.authorize(peer, 'unlock:box')).toMatchObject({ allowed: false });
  const { peer: late } = await made(house, { until: now + hour });
  house.clock.pass(hour);
  expect(house.access.authorize(late, 'unlock:box')).toMatchObject({ allowed: false });
});

test('a code with times opens nothing while the device does not know the time for sure', async () => {
  const house = await House.open();
  const { peer } = await made(house, { until: house.clock.wall() + hour });
  const { peer: always } = await made(house);
  house.clock.wallMs -= 365 * 24 * hour;
  expect(house.access.authorize(peer, 'unlock:box')).toMatchObject({
    reason: expect.stringMatching(/does not know the time/),
  });
  expect(house.access.authorize(always, 'unlock:box').allowed).toBe(true);
});

test('what nobody could ever open is not made: no keypad, no lock, only while watching, over already', async () => {
  const house = await House.open();
  const make = (limits: GrantLimits, scopes: readonly Scope[]) => made(house, limits, scopes);
  await expect(make({}, ['view'])).rejects.toMatchObject({ code: 'access/no-keypad' });
  await expect(make({}, ['unlock:door'])).rejects.toMatchObject({ code: 'access/no-keypad' });
  for (const limits of [{ whileWatching: true }, { until: house.clock.wall() }])
    await expect(make(limits, ['unlock:box'])).rejects.toMatchObject({ code: 'access/denied' });
  expect(house.store.rows.size).toBe(0);
});

test('nobody gives a code for more than they have', async () => {
  const house = await House.open();
  const { peer } = await house.welcome({ scopes: ['invite', 'view'] });
  const draft = { name: 'Friend', scopes: ['unlock:box' as const], limits: {} };
  await expect(house.access.inviteByCode(peer, draft)).rejects.toMatchObject({ code: 'access/denied' });
  const { peer: viewer } = await house.welcome({ scopes: ['unlock:box'] });
  await expect(house.access.inviteByCode(viewer, draft)).rejects.toMatchObject({ code: 'access/denied' });
});

test('taken back alone, with its grant or with its person, it opens nothing from then on', async () => {
  for (const what of ['code', 'grant', 'person'] as const) {
    const house = await House.open();
    const { code, peer } = await made(house);
    const [person] = house.access.people().people;
    const of = { code: person?.codes?.[0]?.id, grant: person?.grants[0]?.id, person: person?.id }[what];
    await house.access.revoke(local, what, of ?? '');
    expect(house.access.authorize(peer, 'unlock:box').allowed).toBe(false);
    const again = house.access.codes.peerOf(code, boxKeypad);
    if (what === 'grant') expect(again && house.access.authorize(again, 'unlock:box').allowed).toBe(false);
    else expect(again).toBeUndefined();
  }
});

test('whoever made a code may take it back, and others may not', async () => {
  const house = await House.open();
  const { peer } = await house.welcome({ scopes: ['invite', 'unlock:box'] });
  const { peer: other } = await house.welcome({ scopes: ['invite', 'unlock:box'] });
  const { person } = await house.access.inviteByCode(peer, {
    ...{ name: 'Courier', scopes: ['unlock:box'], limits: {} },
  });
  const code = house.access.people().people.find(({ id }) => id === person)?.codes?.[0]?.id ?? '';
  await expect(house.access.revoke(other, 'code', code)).rejects.toMatchObject({ code: 'access/denied' });
  await house.access.revoke(peer, 'code', code);
  expect(house.store.audit.at(-1)).toMatchObject({ title: 'Bob took back the code of Courier' });
});

test('with another secret all codes are over, and it is said of each', async () => {
  const house = await House.open();
  const { code, peer } = await made(house);
  expect(house.access.codes.lost).toBe(0);
  house.codeSecret.current = undefined;
  expect(house.access.codes.lost).toBe(1);
  await made(house);
  expect(house.access.codes.lost).toBe(1);
  expect(house.access.codes.peerOf(code, boxKeypad)).toBeUndefined();
  expect(house.access.authorize(peer, 'unlock:box').allowed).toBe(false);
  expect(
    house.access
      .people()
      .people.map(({ codes }) => codes?.[0]?.lost)
      .sort(),
  ).toEqual([true, undefined]);
});

test('whoever only has a code has not paired: the printed link goes on, until somebody comes in', async () => {
  const house = await House.open();
  await made(house);
  expect(house.access.paired).toBe(false);
  expect((await house.pair()).joined.first).toBe(true);
  expect(house.access.paired).toBe(true);
});

test('wrong codes are counted over a restart', async () => {
  const store = new MemoryStore();
  const house = await House.open({ store });
  await house.access.codes.keepWrong('gate', 5, []);
  const again = await House.open({ store });
  expect([again.access.codes.wrong('gate'), again.access.codes.wrong('door')]).toEqual([5, 0]);
});

let folder: string | undefined;
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = undefined;
});

test('the secret is made with the first code, for its user alone, and stays what it is', async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-code-secret-'));
  const path = join(folder, 'code-secret');
  const first = new CodeSecretFile(folder);
  await first.start();
  expect(first.current).toBeUndefined();
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  const secret = await first.ready();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const second = new CodeSecretFile(folder);
  await second.start();
  expect(second.current?.reveal()).toBe(secret.reveal());
  await writeFile(path, 'something else');
  const third = new CodeSecretFile(folder);
  await third.start();
  expect(third.current).toBeUndefined();
  expect((await third.ready()).reveal()).toBe((await readFile(path, 'utf8')).trim());
});

test('a code goes on with what its person is allowed in the place of its grant', async () => {
  const house = await House.open();
  const { peer } = await made(house, { uses: 1 });
  const { person } = peer;
  const [grant] = house.access.people().people.find(({ id }) => id === person)?.grants ?? [];
  const limits = { uses: 5 };
  await house.access.grant(local, { person, instead: grant?.id, scopes: ['unlock:box'], limits });
  expect(house.access.authorize(peer, 'unlock:box')).toMatchObject({ grant: { limits } });
});
