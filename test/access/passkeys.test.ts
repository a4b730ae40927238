import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Peer } from '../../src/access/peer.ts';
import { House, local } from './house.ts';
import { SoftAuthenticator } from './soft-authenticator.ts';

const challenge = createHash('sha256').update('what it is for').digest('base64url');

describe('passkeys', () => {
  let house: House;
  let ada: Extract<Peer, { kind: 'person' }>;
  let authenticator: SoftAuthenticator;
  beforeEach(async () => {
    house = await House.open();
    ada = (await house.pair()).peer as typeof ada;
    authenticator = new SoftAuthenticator();
  });

  async function add(said: Partial<Parameters<SoftAuthenticator['make']>[0]> = {}, by: Peer = ada) {
    const offered = house.access.passkeys.begin(by).challenge;
    await house.access.passkeys.add(by, authenticator.make({ challenge: offered, ...said }), 'Chrome, Linux');
  }
  const proves = (said: Partial<Parameters<SoftAuthenticator['use']>[0]> = {}) =>
    house.access.passkeys.proves(ada.person, challenge, authenticator.use({ challenge, ...said }));
  const own = () => house.access.people().people.find(({ id }) => id === ada.person)?.passkeys ?? [];

  test('one is added, listed with its person, in the trail, and there after a restart', async () => {
    await add();
    expect(own()).toMatchObject([{ rpId: 'porch.local', label: 'Chrome, Linux' }]);
    expect(house.store.audit.at(-1)?.title).toBe('Ada added a passkey on Chrome, Linux');
    const again = await House.open({ store: house.store });
    expect(again.access.passkeys.of(ada.person)).toHaveLength(1);
  });

  test('it proves a challenge once its person was verified, and its counter rises', async () => {
    await add();
    const proof = await proves();
    if (!('use' in proof)) throw new Error(proof.wrong);
    expect(proof.use()).toMatchObject({ kind: 'passkey', body: { counter: 1 } });
  });

  test.each([
    ['without its person verified', { uv: false }],
    ['of another origin', { origin: 'https://evil.example' }],
    ['of an address of the device', { origin: 'https://192.0.2.7:8480' }],
    ['for another name', { rpId: 'evil.example' }],
    ['for another challenge', { challenge: 'A'.repeat(43) }],
  ])('what was made %s is taken neither as new nor as proof', async (_what, said) => {
    await expect(add(said)).rejects.toMatchObject({ code: 'access/passkey' });
    await add();
    expect(await proves(said)).toHaveProperty('wrong');
  });

  test('a counter that does not rise, as of a copy, proves nothing', async () => {
    await add();
    const proof = await proves();
    if ('use' in proof) proof.use();
    authenticator.counter = 0;
    expect(await proves()).toHaveProperty('wrong');
  });

  test('somebody else’s, or none that is known, proves nothing', async () => {
    await add();
    const { peer } = await house.welcome({ scopes: ['unlock'] });
    const { person } = peer as typeof ada;
    const assertion = authenticator.use({ challenge });
    expect(await house.access.passkeys.proves(person, challenge, assertion)).toHaveProperty('wrong');
    await expect(add({}, peer)).rejects.toMatchObject({ code: 'access/passkey' });
  });

  test('an offer is good once, and for five minutes', async () => {
    const { passkeys } = house.access;
    const made = authenticator.make({ challenge: passkeys.begin(ada).challenge });
    house.clock.pass(5 * 60_000 + 1);
    await expect(passkeys.add(ada, made, 'x')).rejects.toMatchObject({ code: 'access/challenge' });
    await expect(passkeys.add(ada, made, 'x')).rejects.toMatchObject({ code: 'access/challenge' });
  });

  test('a second one is not added, and its person cannot make room for it; others can', async () => {
    await add();
    expect(() => house.access.passkeys.begin(ada)).toThrow(/you have a passkey/);
    const id = own()[0]?.id ?? '';
    await expect(house.access.revoke(ada, 'passkey', id)).rejects.toMatchObject({ code: 'access/denied' });
    const { peer: viewer } = await house.welcome({ scopes: ['view'] });
    await expect(house.access.revoke(viewer, 'passkey', id)).rejects.toMatchObject({ code: 'access/denied' });
    await house.access.revoke(local, 'passkey', id);
    expect(await proves()).toHaveProperty('wrong');
    authenticator = new SoftAuthenticator();
    await add();
    expect(own()).toHaveLength(1);
  });

  test('a token or a link adds none, and who was sent away has none', async () => {
    const { passkeys } = house.access;
    expect(() => passkeys.begin({ ...ada, only: ['view'] })).toThrow(/key of your own/);
    expect(() => passkeys.begin({ kind: 'holder', scopes: ['admin'] })).toThrow(/key of your own/);
    await house.access.revoke(local, 'person', ada.person);
    expect(() => passkeys.begin(ada)).toThrow(/key of your own/);
  });
});
