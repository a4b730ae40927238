import { beforeEach, describe, expect, test } from 'vitest';
import type { Peer } from '../../src/access/peer.ts';
import { VedetteError } from '../../src/errors.ts';
import { keyWords } from '../../src/identity/words.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { House, local, newPhone } from './house.ts';
import { MemoryStore } from './memory-store.ts';

const hour = 3_600_000;
let house: House;
beforeEach(async () => {
  house = await House.open();
});

const denied = (reason: string) =>
  expect.objectContaining({ code: 'access/denied', message: expect.stringContaining(reason) });

describe('pairing', () => {
  test('makes whoever opens the link the owner, and both read the same words', async () => {
    expect(house.access.paired).toBe(false);
    const { phone, joined, peer } = await house.pair('Ada');
    expect(joined).toMatchObject({ person: { name: 'Ada' }, first: true });
    expect(joined.words).toBe(await keyWords([house.identity.publicKey, phone.publicKey]));
    expect(house.access.paired).toBe(true);
    expect(house.access.scopesOf(peer)).toEqual(ownerScopes);
    expect(house.store.audit.map(({ type, title }) => [type, title])).toEqual([
      ['pairing', 'the terminal invited Owner'],
      ['pairing', 'Ada came in'],
    ]);
  });

  test('keeps no secret where it could be read', async () => {
    const { secret } = await house.access.pair(local, { again: false });
    const kept = JSON.stringify([[...house.store.rows.values()], house.store.audit, house.access.people()]);
    expect(kept).not.toContain(secret);
  });

  test('is open for ten minutes', async () => {
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), made);
    house.clock.pass(10 * 60_000);
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'access/invitation-over' });
    expect(house.access.paired).toBe(false);
  });

  test('goes one at a time: a second ends the first', async () => {
    const first = await house.access.pair(local, { again: false });
    await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), first);
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'access/invitation-over' });
  });

  test('works while the device does not know the time', async () => {
    house.sync = undefined;
    const { peer } = await house.pair();
    expect(house.access.authorize(peer, 'admin').allowed).toBe(true);
  });

  test('with a stolen link used twice lets one in, at once or later', async () => {
    const made = await house.access.pair(local, { again: false });
    const requests = await Promise.all(
      [await newPhone(), await newPhone()].map((phone) => house.joinRequest(phone, made)),
    );
    const settled = await Promise.allSettled(requests.map((request) => house.access.join(request)));
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(house.access.people().people).toHaveLength(1);
    const late = await house.joinRequest(await newPhone(), made);
    await expect(house.access.join(late)).rejects.toMatchObject({ code: 'access/invitation-over' });
    expect(house.store.audit.at(-1)?.title).toContain('in vain: somebody has opened it already');
  });

  test('answers the same key again, whose answer was lost', async () => {
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), made);
    const joined = await house.access.join(request);
    expect(await house.access.join(request)).toEqual(joined);
  });

  test('ends what the printed link opened once, however often the first asks again; where that failed, anew', async () => {
    let ended = 0;
    house.firstCame = async () => {
      ended += 1;
      if (ended === 1) throw new VedetteError('state/unusable', { folder: 'x', detail: 'it is full' });
    };
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), made);
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'state/unusable' });
    await Promise.all([house.access.join(request), house.access.join(request)]);
    await house.access.join(request);
    expect(ended).toBe(2);
  });

  test('refuses a signature for another device, page or key', async () => {
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), made);
    for (const bent of [
      { origin: 'https://evil.example' },
      { key: (await newPhone()).publicKey },
      { signature: `${request.signature.slice(0, -4)}AAAA` },
    ])
      await expect(house.access.join({ ...request, ...bent })).rejects.toMatchObject({
        code: 'access/wrong-signature',
      });
    expect(house.access.paired).toBe(false);
  });

  test('is closed after 1,000 wrong links, over a restart, until somebody at the terminal opens it', async () => {
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), made);
    for (let n = 0; n < 1_000; n++)
      await expect(house.access.join({ ...request, secret: 'A'.repeat(22) })).rejects.toMatchObject({
        code: 'access/invitation',
      });
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'access/pairing-closed' });
    const restarted = await House.open({ store: house.store });
    await expect(restarted.access.pair(local, { again: false })).rejects.toMatchObject({
      code: 'access/pairing-closed',
    });
    const again = await restarted.access.pair(local, { again: true });
    const joined = await restarted.access.join(await restarted.joinRequest(await newPhone(), again));
    expect(joined.first).toBe(true);
  });

  test('counts no wrong link while nobody is asked in', async () => {
    const request = await house.joinRequest(await newPhone(), {
      invitation: { id: 'A'.repeat(22) },
      secret: 'A'.repeat(22),
    });
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'access/invitation' });
    expect(house.store.audit).toEqual([]);
  });

  test('that is not on disk has not happened', async () => {
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(await newPhone(), made);
    house.store.refusal = new VedetteError('state/unusable');
    await expect(house.access.join(request)).rejects.toThrow();
    expect(house.access.paired).toBe(false);
    expect((await house.access.join(request)).first).toBe(true);
  });
});

describe('inviting', () => {
  test('gives what was said, and no more', async () => {
    const { peer } = await house.welcome({ scopes: ['view', 'unlock:box'], limits: { thisNetwork: true } });
    expect(house.access.scopesOf(peer)).toEqual(['view', 'unlock:box']);
    expect(house.access.authorize(peer, 'listen')).toMatchObject({ allowed: false });
    const remote: Peer = peer.kind === 'person' ? { ...peer, network: 'remote' } : peer;
    expect(house.access.scopesOf(remote)).toEqual([]);
  });

  test('gives nobody more than whoever invites has', async () => {
    const until = house.clock.wall() + hour;
    const { peer } = await house.welcome({ scopes: ['view', 'invite'], limits: { until } });
    await expect(house.welcome({ scopes: ['listen'], limits: { until } }, peer)).rejects.toEqual(
      denied('"listen"'),
    );
    await expect(house.welcome({ scopes: ['view'] }, peer)).rejects.toEqual(denied('"view"'));
    const carol = await house.welcome({ scopes: ['view'], limits: { until } }, peer);
    expect(house.access.scopesOf(carol.peer)).toEqual(['view']);
    await expect(house.welcome({ scopes: ['view'], limits: { until } }, carol.peer)).rejects.toEqual(
      denied('nobody allowed you "invite"'),
    );
  });

  test('ends with whoever invited', async () => {
    const { peer, joined } = await house.welcome({ scopes: ['view', 'invite'] });
    const made = await house.access.invite(peer, {
      ...{ name: 'Eve', scopes: ['view'], limits: {}, expiresAt: house.clock.wall() + hour },
    });
    await house.access.revoke(local, 'person', joined.person.id);
    const request = await house.joinRequest(await newPhone(), made);
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'access/invitation-over' });
  });

  test('adds a further key to somebody, with what they may', async () => {
    const { peer, joined } = await house.pair();
    const second = await house.welcome({ person: joined.person.id, scopes: [] }, peer);
    expect(second.joined.person).toEqual(joined.person);
    expect(house.access.scopesOf(second.peer)).toEqual(ownerScopes);
    expect(house.access.people().people).toMatchObject([{ keys: [{}, {}], grants: [{}] }]);
    await house.access.revoke(peer, 'key', second.phone.id);
    expect(house.access.scopesOf(second.peer)).toEqual([]);
    expect(house.access.scopesOf(peer)).toEqual(ownerScopes);
  });

  test('for strangers, links and the machine itself is refused, but for loopback where the profile says so', async () => {
    const link: Peer = { kind: 'holder', scopes: ['view'] };
    for (const by of [link, { kind: 'stranger' }, { kind: 'loopback' }] as const)
      await expect(house.welcome({}, by)).rejects.toMatchObject({ code: 'access/denied' });
    const open = await House.open({ loopback: true });
    expect((await open.welcome({}, { kind: 'loopback' })).peer.kind).toBe('person');
  });
});

describe('revoking', () => {
  test('holds at once, is told at once, and stays over a restart', async () => {
    const { peer, joined, phone } = await house.welcome({});
    let told = 0;
    house.access.onChange(() => told++);
    await house.access.revoke(local, 'person', joined.person.id);
    expect(told).toBeGreaterThan(0);
    expect(house.access.authorize(peer, 'view')).toMatchObject({ allowed: false, why: 'key-revoked' });
    expect(house.access.peerOf(phone.id, 'local')).toEqual({ kind: 'stranger' });
    const restarted = await House.open({ store: house.store });
    expect(restarted.access.peerOf(phone.id, 'local')).toEqual({ kind: 'stranger' });
    expect(restarted.access.people().people).toEqual([]);
  });

  test('a grant ends what it gave; a revoked key does not come back', async () => {
    const { peer, phone } = await house.welcome({});
    const grant = house.access.people().people[0]?.grants[0];
    await house.access.revoke(local, 'grant', grant?.id ?? '');
    expect(house.access.authorize(peer, 'view')).toMatchObject({ reason: 'this was taken back' });
    await house.access.revoke(local, 'key', phone.id);
    const made = await house.access.pair(local, { again: false });
    const request = await house.joinRequest(phone, made);
    await expect(house.access.join(request)).rejects.toMatchObject({ code: 'access/key-known' });
  });

  test('is for owners, and for everybody what is theirs', async () => {
    const bob = await house.welcome({});
    const carol = await house.welcome({ name: 'Carol' });
    await expect(house.access.revoke(bob.peer, 'person', carol.joined.person.id)).rejects.toMatchObject({
      code: 'access/denied',
    });
    await house.access.revoke(bob.peer, 'key', bob.phone.id);
    expect(house.access.scopesOf(bob.peer)).toEqual([]);
    await expect(house.access.revoke(local, 'grant', 'nothing')).rejects.toMatchObject({
      code: 'access/unknown',
    });
  });

  test('holds where the disk refuses it, and can be said again', async () => {
    const { peer, joined } = await house.welcome({});
    house.store.refusal = new VedetteError('state/unusable');
    await expect(house.access.revoke(local, 'person', joined.person.id)).rejects.toThrow();
    expect(house.access.scopesOf(peer)).toEqual([]);
    await house.access.revoke(local, 'person', joined.person.id);
    expect(house.store.rows.get(`person ${joined.person.id}`)?.body).toHaveProperty('revokedAt');
  });
});

describe('allowing something else', () => {
  const only = (person: string) =>
    house.access
      .people()
      .people.find(({ id }) => id === person)
      ?.grants.filter(({ revokedAt }) => revokedAt === undefined) ?? [];

  test('comes in the place of a grant at once, stays over a restart, and the trail has both', async () => {
    const { peer, joined } = await house.welcome({ scopes: ['view', 'unlock:box'], limits: { uses: 1 } });
    const id = joined.person.id;
    const [old] = only(id);
    if (!old) throw new Error('no grant');
    house.access.used(old);
    let told = 0;
    house.access.onChange(() => void told++);
    const limits = { uses: 2, thisNetwork: true };
    await house.access.grant(local, { person: id, instead: old.id, scopes: ['unlock:box'], limits });
    expect(told).toBe(1);
    expect(house.access.scopesOf(peer)).toEqual(['unlock:box']);
    expect(house.access.authorize(peer, 'unlock:box')).toMatchObject({
      allowed: true,
      grant: { used: 0, limits },
    });
    expect(house.store.audit.at(-1)).toMatchObject({
      type: 'grant',
      title: 'the terminal changed what Bob may',
      detail: {
        before: JSON.stringify({ scopes: ['view', 'unlock:box'], limits: { uses: 1 } }),
        after: JSON.stringify({ scopes: ['unlock:box'], limits }),
      },
    });
    const restarted = await House.open({ store: house.store });
    expect(restarted.access.scopesOf(peer)).toEqual(['unlock:box']);
  });

  test('or beside it', async () => {
    const { peer, joined } = await house.welcome({ scopes: ['view'] });
    await house.access.grant(local, { person: joined.person.id, scopes: ['listen'], limits: {} });
    expect(house.access.scopesOf(peer)).toEqual(['view', 'listen']);
    expect(only(joined.person.id)).toHaveLength(2);
  });

  test('is for who manages people, gives no more than they have, and only to who is there', async () => {
    const bob = await house.welcome({ scopes: ['view', 'invite'] });
    const keeper = await house.welcome({ name: 'Keeper', scopes: ['view', 'admin'] });
    const person = bob.joined.person.id;
    const draft = { person, scopes: ['view'] as const, limits: {} };
    await expect(house.access.grant(bob.peer, draft)).rejects.toMatchObject({ code: 'access/denied' });
    await expect(house.access.grant(keeper.peer, { ...draft, scopes: ['unlock'] })).rejects.toMatchObject({
      data: { why: 'excess', scope: 'unlock' },
    });
    await expect(
      house.access.grant(keeper.peer, { ...draft, instead: only(keeper.joined.person.id)[0]?.id }),
    ).rejects.toMatchObject({ code: 'access/unknown' });
    await expect(house.access.grant(local, { ...draft, person: 'nobody' })).rejects.toMatchObject({
      code: 'access/unknown',
    });
    expect(house.access.scopesOf(bob.peer)).toEqual(['view', 'invite']);
    await house.access.grant(keeper.peer, { ...draft, instead: only(person)[0]?.id });
    expect(house.access.scopesOf(bob.peer)).toEqual(['view']);
  });

  test('that is not on disk has not happened, and uses that were taken meanwhile stay taken', async () => {
    const { peer, joined } = await house.welcome({ scopes: ['unlock:box'], limits: { uses: 2 } });
    const person = joined.person.id;
    const [old] = only(person);
    if (!old) throw new Error('no grant');
    house.store.refusal = new VedetteError('state/unusable');
    const changing = house.access.grant(local, { person, instead: old.id, scopes: ['view'], limits: {} });
    house.access.used(old);
    await expect(changing).rejects.toThrow();
    expect(house.access.scopesOf(peer)).toEqual(['unlock:box']);
    expect(only(person)).toMatchObject([{ id: old.id, used: 1 }]);
  });
});

test('a use is counted before it is on disk, so that one grant for one unlock opens once', async () => {
  const { peer } = await house.welcome({ scopes: ['unlock:box'], limits: { uses: 1 } });
  const decision = house.access.authorize(peer, 'unlock:box');
  if (!decision.grant) throw new Error('no grant');
  const row = house.access.used(decision.grant);
  expect(row).toMatchObject({ kind: 'grant', body: { used: 1 } });
  expect(house.access.authorize(peer, 'unlock:box')).toMatchObject({ allowed: false });
  house.access.notUsed(decision.grant);
  expect(house.access.authorize(peer, 'unlock:box').allowed).toBe(true);
});

test('a token of a person speaks for its scopes alone, and for no more than they have', async () => {
  const { peer } = await house.welcome({ scopes: ['view', 'unlock'] });
  if (peer.kind !== 'person') throw new Error(peer.kind);
  const token: Peer = { ...peer, only: ['listen', 'view', 'unlock:box'] };
  expect(house.access.scopesOf(token)).toEqual(['view', 'unlock:box']);
  expect(house.access.authorize(token, 'unlock:door').allowed).toBe(false);
  expect(house.access.authorize(token, 'listen').allowed).toBe(false);
  expect(house.access.authorize(token, 'unlock:box').allowed).toBe(true);
});

test('with a time that is not known, what has times is refused and the rest holds', async () => {
  const { peer } = await house.welcome({ limits: { until: house.clock.wall() + hour } });
  house.clock.wallMs -= 365 * 24 * hour;
  expect(house.access.authorize(peer, 'view')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('does not know the time'),
  });
});

describe('where the store is in trouble', () => {
  const broken = () => {
    const store = new MemoryStore();
    store.trouble = 'the store is damaged';
    return store;
  };

  test('with nothing beside it nobody is known, and the printed link stays over', async () => {
    const { phone } = await house.welcome({});
    const { access } = await House.open({ store: broken() });
    expect(access.paired).toBe(true);
    expect(access.peerOf(phone.id, 'local')).toEqual({ kind: 'stranger' });
  });

  test('looking goes on by the copy, and all else is refused with the reason', async () => {
    const { phone } = await house.pair();
    const { access } = await House.open({ store: broken(), known: house.known });
    const peer = access.peerOf(phone.id, 'local');
    expect(access.scopesOf(peer)).toEqual(['view', 'listen', 'snapshot', 'telemetry']);
    for (const scope of access.scopesOf(peer)) expect(access.authorize(peer, scope).allowed).toBe(true);
    for (const scope of [
      'talk',
      'unlock:box',
      'control',
      'invite',
      'admin',
      'history',
      'files',
      'metrics',
    ] as const)
      expect(access.authorize(peer, scope)).toMatchObject({
        allowed: false,
        why: 'looking-only',
        reason: expect.stringContaining('the store is damaged'),
      });
    await expect(access.pair(peer, { again: false })).rejects.toEqual(denied('the store is damaged'));
    // Locking is always allowed to whoever may unlock.
    expect(access.mayLock(peer, 'box').allowed).toBe(true);
  });

  test('times and networks limit looking as ever', async () => {
    const until = house.clock.wall() + hour;
    const { phone } = await house.welcome({ limits: { until, thisNetwork: true } });
    const again = await House.open({ store: broken(), known: house.known });
    expect(again.access.scopesOf(again.access.peerOf(phone.id, 'local'))).toEqual(['view']);
    expect(again.access.scopesOf(again.access.peerOf(phone.id, 'remote'))).toEqual([]);
    again.clock.pass(hour);
    expect(again.access.scopesOf(again.access.peerOf(phone.id, 'local'))).toEqual([]);
    // No clock that is set back makes it good again.
    const later = await House.open({ store: broken(), known: house.known });
    later.clock.wallMs -= 24 * hour;
    expect(later.access.scopesOf(later.access.peerOf(phone.id, 'local'))).toEqual([]);
  });

  test('whoever was sent away is in no copy, not even where the disk of the store refused it', async () => {
    const bob = await house.welcome({});
    const carol = await house.welcome({ name: 'Carol' });
    house.store.refusal = new VedetteError('trust/damaged', { detail: 'a test' });
    await expect(house.access.revoke(local, 'key', bob.phone.id)).rejects.toThrow();
    const { access } = await House.open({ store: broken(), known: house.known });
    expect(access.peerOf(bob.phone.id, 'local')).toEqual({ kind: 'stranger' });
    expect(access.peerOf(carol.phone.id, 'local').kind).toBe('person');
  });

  test('that begins while it is used, all but looking ends at once, and taking back still holds', async () => {
    const { peer: owner } = await house.pair();
    const bob = await house.welcome({});
    let told = 0;
    house.access.onChange(() => told++);
    house.store.break('the store is damaged');
    house.store.refusal = new VedetteError('trust/damaged', { detail: 'a test' });
    expect(told).toBe(1);
    expect(house.access.authorize(owner, 'unlock:box').allowed).toBe(false);
    await expect(house.access.revoke(owner, 'person', bob.joined.person.id)).rejects.toMatchObject({
      code: 'trust/damaged',
    });
    expect(house.access.scopesOf(bob.peer)).toEqual([]);
    const { access } = await House.open({ store: broken(), known: house.known });
    expect(access.peerOf(bob.phone.id, 'local')).toEqual({ kind: 'stranger' });
  });
});
