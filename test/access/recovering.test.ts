import { beforeEach, expect, test } from 'vitest';
import { readRecoveryCode, recoveryInvitation } from '../../src/identity/recovery-code.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { House, local, newPhone } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await House.open();
});

/** What a new phone sends whose person typed this code. */
async function typed(
  code: string,
  { at = house, phone = undefined as Awaited<ReturnType<typeof newPhone>> | undefined } = {},
) {
  const secret = readRecoveryCode(code) ?? '';
  const made = { invitation: { id: await recoveryInvitation(secret) }, secret };
  return at.joinRequest(phone ?? (await newPhone()), made, 'Zoe');
}

test('lets the only owner in with a further key, once, and is in the trail', async () => {
  const { joined: ada } = await house.pair('Ada');
  const code = await house.access.recoveryCode(local);
  const joined = await house.access.join(await typed(code));
  expect(joined).toMatchObject({ person: ada.person, first: false });
  expect(house.access.scopesOf(house.access.peerOf(joined.key, 'local'))).toEqual(ownerScopes);
  await expect(house.access.join(await typed(code))).rejects.toMatchObject({
    code: 'access/recovery-over',
    message: expect.stringContaining('used already'),
  });
  expect(house.store.audit.slice(-3).map(({ type, title }) => [type, title])).toEqual([
    ['pairing', 'the terminal made a recovery code'],
    ['pairing', 'Ada came in by the recovery code: Firefox, Linux'],
    ['pairing', 'A recovery code was tried in vain: it was used already'],
  ]);
});

test('makes a new owner where there are several', async () => {
  await house.pair('Ada');
  await house.pair('Ben');
  const joined = await house.access.join(await typed(await house.access.recoveryCode(local)));
  expect(joined.person.name).toBe('Zoe');
  expect(house.access.scopesOf(house.access.peerOf(joined.key, 'local'))).toEqual(ownerScopes);
});

test('of two who type it at once, one comes in; the same phone is answered again', async () => {
  await house.pair();
  const code = await house.access.recoveryCode(local);
  const phone = await newPhone();
  const request = await typed(code, { phone });
  const settled = await Promise.allSettled(
    [request, await typed(code)].map((each) => house.access.join(each)),
  );
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect((await house.access.join(request)).key).toBe(phone.id);
  expect(house.cameIn).toEqual(['Ada by recovery']);
});

test('is good for years, over a restart, and while the device does not know the time', async () => {
  await house.pair();
  const code = await house.access.recoveryCode(local);
  house.clock.pass(5 * 365 * 24 * 3_600_000);
  const restarted = await House.open({ store: house.store });
  restarted.sync = undefined;
  const joined = await restarted.access.join(await typed(code, { at: restarted }));
  expect(joined.person.name).toBe('Ada');
});

test('is kept nowhere, and stands in no list', async () => {
  await house.pair();
  const code = await house.access.recoveryCode(local);
  const kept = JSON.stringify([[...house.store.rows.values()], house.store.audit, house.access.people()]);
  expect(kept).not.toContain(code);
  expect(kept).not.toContain(readRecoveryCode(code));
  expect(house.access.people().invitations).toEqual([]);
});

test('ends when a new one is made, for good', async () => {
  await house.pair();
  const old = await house.access.recoveryCode(local);
  const code = await house.access.recoveryCode(local);
  const restarted = await House.open({ store: house.store });
  await expect(restarted.access.join(await typed(old, { at: restarted }))).rejects.toMatchObject({
    code: 'access/recovery-over',
  });
  expect((await restarted.access.join(await typed(code, { at: restarted }))).person.name).toBe('Ada');
});

test('that could not be kept ends none before it', async () => {
  await house.pair();
  const code = await house.access.recoveryCode(local);
  house.store.refusal = new Error('the disk is full');
  await expect(house.access.recoveryCode(local)).rejects.toThrow('the disk is full');
  expect((await house.access.join(await typed(code))).person.name).toBe('Ada');
});

test('ends with an owner who is sent away, or is none any more: they may know it', async () => {
  const { peer } = await house.pair('Ada');
  const { joined: ben } = await house.pair('Ben');
  const { joined: eve } = await house.pair('Eve');
  const first = await house.access.recoveryCode(local);
  await house.access.revoke(peer, 'person', ben.person.id);
  await expect(house.access.join(await typed(first))).rejects.toMatchObject({ code: 'access/recovery-over' });
  expect(house.store.audit.at(-2)?.title).toBe('Ada sent Ben away; the recovery code ended');
  const second = await house.access.recoveryCode(local);
  const grant = house.access.people().people.find(({ id }) => id === eve.person.id)?.grants[0]?.id ?? '';
  await house.access.revoke(peer, 'grant', grant);
  await expect(house.access.join(await typed(second))).rejects.toMatchObject({
    code: 'access/recovery-over',
  });
});

test('goes on when somebody is sent away who was no owner, or was sent away before it was made', async () => {
  const { peer } = await house.pair('Ada');
  const { joined: ben } = await house.pair('Ben');
  const { joined: courier } = await house.welcome({ scopes: ['view'] });
  await house.access.revoke(peer, 'person', ben.person.id);
  const code = await house.access.recoveryCode(local);
  await house.access.revoke(peer, 'person', courier.person.id);
  await house.access.revoke(peer, 'person', ben.person.id);
  expect((await house.access.join(await typed(code))).person.name).toBe('Ada');
});

test('does not open the count of wrong links to strangers, nor is closed by it', async () => {
  await house.pair('Ada');
  const code = await house.access.recoveryCode(local);
  const wrong = await house.joinRequest(await newPhone(), {
    ...{ invitation: { id: 'A'.repeat(22) }, secret: 'A'.repeat(22) },
  });
  const tries = house.store.audit.length;
  await expect(house.access.join(wrong)).rejects.toMatchObject({ code: 'access/invitation' });
  expect(house.store.audit).toHaveLength(tries);
  // While somebody is asked in, they count; whoever has the code comes in all the same.
  await house.access.pair(local, { again: false });
  for (let n = 0; n < 1_000; n++) await house.access.join(wrong).catch(() => undefined);
  await expect(house.access.join(wrong)).rejects.toMatchObject({ code: 'access/pairing-closed' });
  expect((await house.access.join(await typed(code))).person.name).toBe('Ada');
});

test('is made by nobody but the terminal', async () => {
  const { peer } = await house.pair('Ada');
  for (const by of [peer, { kind: 'loopback' }, { kind: 'stranger' }] as const)
    await expect(house.access.recoveryCode(by)).rejects.toMatchObject({ code: 'access/denied' });
});
