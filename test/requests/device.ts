import { randomUUID } from 'node:crypto';
import { decide } from '../../src/access/decide.ts';
import { denialError, denied } from '../../src/access/denial.ts';
import type { Passkeys } from '../../src/access/passkeys.ts';
import { nothingAround, type Peer } from '../../src/access/peer.ts';
import type { PasskeyBody } from '../../src/access/rows.ts';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import type { Grant, GrantLimits, PersonKey } from '../../src/protocol/access.ts';
import { type Asked, isMoving, type Receipt } from '../../src/protocol/request.ts';
import type { TakeRequest } from '../../src/protocol/request-host.ts';
import { ownerScopes, type Scope } from '../../src/protocol/scope.ts';
import type { RequestParts } from '../../src/requests/kind.ts';
import { Requests } from '../../src/requests/requests.ts';
import { WaitingUnlocks } from '../../src/second-steps/waiting.ts';
import { quiet } from '../media/ready.ts';
import { FakeLocks } from './fake-locks.ts';
import { MemoryTrust } from './memory-trust.ts';

type Person = Extract<Peer, { kind: 'person' }>;

export const person = (name: string): Person => ({
  ...{ kind: 'person', person: name, name, key: `key of ${name}`, network: 'remote' },
});

const keyOf = (name: string): PersonKey => ({
  ...{ id: `key of ${name}`, publicKey: '', label: 'test', addedAt: 0 },
});

/** A device that is asked: real requests over a disk, locks and grants that a test sees through. */
export class AskedDevice {
  readonly trust = new MemoryTrust();
  readonly locks: FakeLocks;
  readonly grants: Grant[] = [];
  readonly revoked: string[] = [];
  /** Who comes by no key. */
  readonly codeOnly = new Set<string>();
  /** Keys that a picture flows to. */
  readonly watchers = new Set<string>();
  nowMs = 1_000_000;
  readonly #clock = { now: () => this.nowMs as MonotonicMs, wall: () => this.nowMs as WallMs };
  /** Unlocks that wait for their second step. */
  waiting = new WaitingUnlocks(this.#clock);
  #life = new AbortController();
  #requests: Requests;

  readonly #store: RequestParts['trust'];

  /** @param trust where it is kept, if not in memory */
  constructor({ locks = [], trust }: { locks?: readonly string[]; trust?: RequestParts['trust'] } = {}) {
    this.locks = new FakeLocks('door', 'box', ...locks);
    this.locks.needs('person', 'vault');
    this.locks.needs('passkey', 'safe');
    this.#store = trust ?? this.trust;
    this.#requests = this.#start();
  }

  /** Everybody has one; its assertion is right where its signature is the challenge. */
  readonly passkeys: Pick<Passkeys, 'of' | 'proves' | 'begin' | 'add'> = {
    begin: () => ({ challenge: '', user: { id: '', name: '' } }),
    add: async () => undefined,
    of: (person) =>
      person === 'Carl'
        ? []
        : [
            {
              id: person,
              person,
              credential: 'credential',
              rpId: 'porch.local',
              publicKey: '',
              counter: 0,
              label: 'phone',
              addedAt: 0,
            },
          ],
    proves: async (person, challenge, { signature }) => {
      if (signature !== challenge) return { wrong: 'its signature is not right' };
      const body = { ...this.passkeys.of(person)[0], counter: 1 };
      return { use: () => ({ kind: 'passkey', id: person, body: body as PasskeyBody }) };
    },
  };

  /** Somebody may do something. */
  allow(name: string, scopes: readonly Scope[], limits: GrantLimits = {}): Person {
    this.grants.push({
      ...{
        id: `grant ${this.grants.length}`,
        person: name,
        scopes: [...scopes],
        limits,
        createdAt: 0,
        used: 0,
      },
    });
    return person(name);
  }

  /** What somebody may is taken back. */
  takeBack(name: string): void {
    for (const [place, grant] of this.grants.entries())
      if (grant.person === name) this.grants[place] = { ...grant, revokedAt: 0 };
    this.waiting.review();
  }

  /** The process dies, and another one begins on the same disk. */
  restart(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.trust.restart();
    this.waiting = new WaitingUnlocks(this.#clock);
    this.#requests = this.#start();
  }

  stop(): void {
    this.#requests.stop();
  }

  /** Takes what `peer` asks, as the edge has bound it. */
  take(peer: Peer, ...[text, place, tell]: Parameters<TakeRequest>): boolean {
    return this.#requests.take(text, { ...place, peer }, tell);
  }

  /** Sends a text as it is; gives all that is told, which grows. */
  send(
    peer: Peer,
    text: string,
    gone?: AbortSignal,
  ): { readonly taken: boolean; readonly told: readonly Receipt[] } {
    const told: Receipt[] = [];
    const place = { session: 'session', ...(gone ? { gone } : {}) };
    return { taken: this.#requests.take(text, { peer, ...place }, (receipt) => told.push(receipt)), told };
  }

  /** Sends a text, and gives the last word on it. */
  ask(peer: Peer, text: string): Promise<Receipt> {
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>();
    const taken = this.#requests.take(text, { peer }, (receipt) => {
      if (receipt.state !== 'accepted') resolve(receipt);
    });
    if (!taken) reject(new Error('nothing is told'));
    return promise;
  }

  /** A request as a page writes it. */
  async written(peer: Peer, asked: Asked, id: string = randomUUID()): Promise<string> {
    if (!isMoving(asked)) return JSON.stringify({ id, ...asked });
    return JSON.stringify({ id, ...asked, challenge: await this.challenge(peer) });
  }

  async challenge(peer: Peer): Promise<string> {
    const receipt = await this.ask(peer, JSON.stringify({ id: randomUUID(), type: 'challenge' }));
    return (receipt as { result: { challenge: string } }).result.challenge;
  }

  /** Titles of the trail, the oldest first. */
  get trail(): readonly string[] {
    return this.trust.trail.map(({ title }) => title);
  }

  #start(): Requests {
    const { locks } = this;
    const trust = this.#store;
    const { signal } = this.#life;
    const end = new Promise<never>(() => {});
    /** Whoever is dead begins nothing, and learns nothing. */
    const living = async <T>(work: () => Promise<T>): Promise<T> => {
      if (signal.aborted) return end;
      const result = await work();
      return signal.aborted ? end : result;
    };
    return new Requests({
      access: this.#access(),
      trust: {
        commit: (change) => living(() => trust.commit(change)),
        asked: (request) => living(() => trust.asked(request)),
        claim: (request, change) => living(() => trust.claim(request, change)),
        settle: (id, receipt, change) => living(() => trust.settle(id, receipt, change)),
        entries: (query) => living(() => trust.entries(query)),
      },
      locks: {
        statuses: locks.statuses,
        onChange: () => locks.onChange(),
        unlock: (lock, by) => living(() => locks.unlock(lock, by)),
        lock: (lock, by) => living(() => locks.lock(lock, by)),
        doorClosed: (lock) => locks.doorClosed(lock),
      },
      waiting: this.waiting,
      clock: this.#clock,
      log: quiet,
    });
  }

  #access(): RequestParts['access'] {
    const used = new Map<string, number>();
    const grants = () =>
      this.grants.map((grant) => ({ ...grant, used: used.get(grant.id) ?? kept(grant.id) }));
    const kept = (id: string) =>
      this.trust.rows
        .flatMap((row) => (row.kind === 'grant' && row.id === id ? [row.body.used] : []))
        .at(-1) ?? 0;
    const count = (grant: Grant, uses: number) => {
      used.set(grant.id, (used.get(grant.id) ?? kept(grant.id)) + uses);
      return { kind: 'grant', id: grant.id, body: { ...grant, used: used.get(grant.id) ?? 0 } } as const;
    };
    const authorize: RequestParts['access']['authorize'] = (peer, scope, around = nothingAround) => {
      if (peer.kind === 'local') return { allowed: true };
      if (peer.kind !== 'person') return denied('unknown');
      const own = grants().filter((grant) => grant.person === peer.person);
      const watching = this.watchers.has(peer.key);
      return decide(own, scope, { now: this.nowMs, network: peer.network, watching, ...around });
    };
    const demand = (peer: Peer, scope: Scope) => {
      const decision = authorize(peer, scope);
      if (!decision.allowed) throw denialError(decision);
    };
    return {
      authorize,
      mayLock: (peer, lock) => authorize(peer, `unlock:${lock}`),
      scopesOf: (peer) =>
        peer.kind === 'local'
          ? ownerScopes
          : grants().flatMap(({ person, scopes }) =>
              peer.kind === 'person' && person === peer.person ? scopes : [],
            ),
      grant: () => Promise.reject(new VedetteError('access/unknown', { what: 'person' })),
      used: (grant) => count(grant, 1),
      notUsed: (grant) => void count(grant, -1),
      people: () => ({
        people: [...new Set(grants().map(({ person: id }) => id))].map((id) => ({
          ...{ id, name: id, createdAt: 0, keys: this.codeOnly.has(id) ? [] : [keyOf(id)] },
          grants: grants().filter(({ person: of }) => of === id),
        })),
        invitations: [],
      }),
      invite: async (by, { name }) => {
        demand(by, 'invite');
        const id = randomUUID();
        const invitation = { id, name, scopes: [], limits: {}, createdAt: 0, expiresAt: 0 };
        return { invitation, secret: randomUUID() };
      },
      inviteByCode: async (by) => {
        demand(by, 'invite');
        return { code: '00000000', person: 'somebody', keypads: [] };
      },
      revoke: async (by, what, id) => {
        demand(by, 'admin');
        this.revoked.push(`${what} ${id}`);
      },
      rename: async (by) => demand(by, 'admin'),
      device: 'device',
      passkeys: this.passkeys,
      nameOf: (peer) => (peer.kind === 'person' ? peer.name : peer.kind),
    };
  }
}
