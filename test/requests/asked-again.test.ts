import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Peer } from '../../src/access/peer.ts';
import { canonicalJson } from '../../src/access/trust/canonical.ts';
import { isMoving, type Receipt, type Request } from '../../src/protocol/request.ts';
import { Requests } from '../../src/requests/requests.ts';
import { WaitingUnlocks } from '../../src/second-steps/waiting.ts';
import { HandClock } from '../access/house.ts';
import { SoftAuthenticator } from '../access/soft-authenticator.ts';
import { newPlace, pair, type Running, run } from '../backup/kept-device.ts';
import { quiet } from '../media/ready.ts';
import { FakeLocks } from './fake-locks.ts';

type Person = Extract<Peer, { kind: 'person' }>;

/** Real requests over a real store on a disk, with locks that count. */
class House {
  readonly clock = new HandClock();
  readonly locks = new FakeLocks('box');
  readonly place: Awaited<ReturnType<typeof newPlace>>;
  readonly authenticator = new SoftAuthenticator();
  running!: Running;
  ada!: Person;
  bob!: Person;
  #requests!: Requests;
  #waiting!: WaitingUnlocks;

  private constructor(place: House['place']) {
    this.place = place;
    this.locks.needs('person', 'vault');
    this.locks.needs('passkey', 'safe');
  }

  static async open(): Promise<House> {
    const house = new House(await newPlace());
    await house.#start();
    const [ada, bob] = [await pair(house.running, 'Ada'), await pair(house.running, 'Bob')];
    house.ada = house.running.access.peerOf(ada.id, 'local') as Person;
    house.bob = house.running.access.peerOf(bob.id, 'local') as Person;
    return house;
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  async end(): Promise<void> {
    await this.#stop();
    await this.place.remove();
  }

  async #start(): Promise<void> {
    this.running = await run(this.place.folder, this.clock);
    const { access, trust } = this.running;
    const { clock, locks } = this;
    this.#waiting = new WaitingUnlocks(clock);
    this.#requests = new Requests({ access, trust, locks, waiting: this.#waiting, clock, log: quiet });
  }

  async #stop(): Promise<void> {
    this.#waiting.stop();
    this.#requests.stop();
    await this.running.stop();
  }

  /** Sends a request; gives what is told until it ends, or waits for what it needs. */
  ask(request: object, peer: Peer = this.ada): Promise<Receipt> {
    const { promise, resolve } = Promise.withResolvers<Receipt>();
    this.#requests.take(JSON.stringify(request), { peer }, (receipt) => {
      if (receipt.state !== 'accepted' || receipt.needs) resolve(receipt);
    });
    return promise;
  }

  async challenge(peer: Peer = this.ada): Promise<string> {
    const given = await this.ask({ id: randomUUID(), type: 'challenge' }, peer);
    return (given as { result: { challenge: string } }).result.challenge;
  }

  /** All that requests can change. */
  get changed(): string {
    const { people, invitations } = this.running.access.people();
    // Where nothing tells which came first, a restart may give another order.
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
    const sorted = people
      .map((person) => ({ ...person, grants: person.grants.toSorted(byId) }))
      .toSorted(byId);
    return canonicalJson({ people: sorted, invitations, pulses: this.locks.pulses });
  }
}

type Body<Type extends Request['type']> = Omit<Extract<Request, { type: Type }>, 'id' | 'type' | 'challenge'>;
interface Row<Type extends Request['type']> {
  readonly body: (house: House) => Body<Type> | Promise<Body<Type>>;
  /** The first answer, where it is not `done`. */
  readonly first?: string;
  /** `same`: as it was, marked so. `anew`: `done` once more. Else a refusal by this code. */
  readonly again: 'same' | 'anew' | (string & {});
  readonly marked?: boolean;
}

const unlock = async (house: House, lock: string, peer: Peer) => {
  const id = randomUUID();
  const receipt = await house.ask({ id, type: 'unlock', lock, challenge: await house.challenge(peer) }, peer);
  return { id, receipt };
};
const invitation = { name: 'Cy', limits: {}, expiresAt: Date.UTC(2026, 4, 4, 13) } as const;

/** Every kind, asked once, and once more with the same bytes after a restart. */
const kinds: { readonly [Type in Request['type']]: Row<Type> } = {
  challenge: { body: () => ({}), again: 'anew' },
  unlock: { body: () => ({ lock: 'box' }), again: 'same' },
  confirm: {
    body: async (house) => ({ of: (await unlock(house, 'vault', house.bob)).id, lock: 'vault', allow: true }),
    again: 'request/challenge',
  },
  prove: {
    async body(house) {
      const { passkeys } = house.running.access;
      const { challenge } = passkeys.begin(house.ada);
      await passkeys.add(house.ada, house.authenticator.make({ challenge }), 'Chrome');
      const { id, receipt } = await unlock(house, 'safe', house.ada);
      const needs = receipt.state === 'accepted' ? receipt.needs : undefined;
      if (needs?.kind !== 'passkey') throw new Error(JSON.stringify(receipt));
      return { of: id, lock: 'safe', assertion: house.authenticator.use({ challenge: needs.challenge }) };
    },
    again: 'second-step/over',
  },
  'passkey-begin': { body: () => ({}), again: 'anew' },
  'passkey-add': {
    body(house) {
      const { challenge } = house.running.access.passkeys.begin(house.ada);
      return { made: house.authenticator.make({ challenge }), label: 'Chrome' };
    },
    again: 'same',
  },
  // Locks once more, which does no harm, and waits for no disk.
  lock: { body: () => ({ lock: 'box' }), again: 'anew' },
  people: { body: () => ({}), again: 'anew' },
  invite: {
    body: () => ({ ...invitation, scopes: ['view'] }),
    again: 'request/told-once',
    marked: true,
  },
  grant: {
    body: ({ bob }) => ({ person: bob.person, scopes: ['unlock:box'], limits: { uses: 3 } }),
    again: 'same',
  },
  revoke: { body: ({ bob }) => ({ what: 'person', of: bob.person }), again: 'same' },
  rename: { body: ({ bob }) => ({ person: bob.person, name: 'Robert' }), again: 'same' },
  activity: { body: () => ({ limit: 1 }), again: 'anew' },
};

const rows = Object.entries(kinds) as [Request['type'], Row<Request['type']>][];

describe('what is asked again after a restart', () => {
  let house: House;
  beforeEach(async () => {
    house = await House.open();
  });
  afterEach(() => house.end());

  async function written(type: Request['type'], row: Row<Request['type']>): Promise<object> {
    const body = await row.body(house);
    const challenge = isMoving({ type }) ? { challenge: await house.challenge() } : {};
    return { id: randomUUID(), type, ...body, ...challenge };
  }

  test.each(rows)('%s changes nothing twice', async (type, row) => {
    const request = await written(type, row);
    const first = await house.ask(request);
    expect(first.state).toBe('done');
    const changed = house.changed;
    await house.restart();
    const again = await house.ask(request);
    expect(house.changed).toBe(changed);
    if (row.again === 'anew') expect(again).toMatchObject({ state: 'done' });
    else if (row.again === 'same') expect(again).toEqual({ ...first, repeated: true });
    else expect(again).toMatchObject({ state: 'refused', code: row.again });
    expect(again.repeated).toBe(row.again === 'same' || row.marked ? true : undefined);
  });

  test('a code for a keypad is not made twice either, and neither it nor a link is kept', async () => {
    const request = {
      ...{ id: randomUUID(), type: 'invite', ...invitation, scopes: ['unlock:box'], code: true },
    };
    const first = await house.ask(request);
    expect(first).toMatchObject({ state: 'done', result: { code: expect.stringMatching(/^\d{8}$/) } });
    const changed = house.changed;
    await house.restart();
    expect(await house.ask(request)).toMatchObject({
      ...{ state: 'refused', code: 'request/told-once', repeated: true, detail: { name: 'Cy' } },
    });
    expect(house.changed).toBe(changed);
  });

  test.each(['invite', 'grant', 'revoke', 'rename', 'passkey-add', 'unlock'] as const)(
    '%s under a known id is refused where it says something else, or somebody else says it',
    async (type) => {
      const row: Row<Request['type']> = kinds[type];
      const request = await written(type, row);
      expect((await house.ask(request)).state).toBe('done');
      await house.restart();
      const id: unknown = Reflect.get(request, 'id');
      const another = { id, type: 'rename', person: house.ada.person, name: 'Ida' };
      const changed = house.changed;
      expect(await house.ask(another)).toMatchObject({ state: 'refused', code: 'request/other' });
      if (type !== 'revoke')
        expect(await house.ask(request, house.bob)).toMatchObject({
          state: 'refused',
          code: 'request/other',
        });
      expect(house.changed).toBe(changed);
      const entries = await house.running.trust.entries({ limit: 4 });
      expect(entries.some(({ title }) => title.includes('another request was made under this id'))).toBe(
        true,
      );
    },
  );

  test('a name that was given since stays', async () => {
    const { bob } = house;
    const rename = (name: string) => ({ id: randomUUID(), type: 'rename', person: bob.person, name });
    const first = rename('Robert');
    await house.ask(first);
    await house.ask(rename('Rob'));
    await house.restart();
    expect(await house.ask(first)).toMatchObject({ state: 'done', repeated: true });
    expect(house.running.access.nameOf(bob)).toBe('Rob');
  });

  test('what was refused is looked at anew', async () => {
    const request = { id: randomUUID(), type: 'invite', ...invitation, scopes: ['view'] };
    const { bob, running } = house;
    const grant = running.access.people().people.find(({ id }) => id === bob.person)?.grants[0]?.id ?? '';
    await running.access.grant(house.ada, {
      ...{ person: bob.person, instead: grant, scopes: ['view'], limits: {} },
    });
    expect(await house.ask(request, bob)).toMatchObject({ code: 'access/denied' });
    await house.restart();
    expect(await house.ask(request, bob)).toMatchObject({ code: 'access/denied' });
    await house.running.access.grant(house.ada, {
      ...{ person: bob.person, scopes: ['view', 'invite'], limits: {} },
    });
    expect(await house.ask(request, bob)).toMatchObject({ state: 'done' });
  });
});
