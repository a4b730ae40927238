import { randomUUID } from 'node:crypto';
import { Access } from '../../src/access/access.ts';
import type { DeviceIdentity } from '../../src/access/device-identity.ts';
import type { InvitationDraft } from '../../src/access/inviting.ts';
import type { Joined } from '../../src/access/joining.ts';
import type { Peer } from '../../src/access/peer.ts';
import { TrustedClock } from '../../src/access/trusted-clock.ts';
import type { Clock, MonotonicMs, WallMs } from '../../src/clock.ts';
import { generateKey, type KeyPair, keyIdOf, publicKeyOf, sha256, sign } from '../../src/identity/keys.ts';
import { joinStatement } from '../../src/identity/statements.ts';
import { Secret } from '../../src/log.ts';
import { sealHolder, speaker } from '../identity/parties.ts';
import { MemoryKnown, MemoryStore } from './memory-store.ts';

export const local: Peer = { kind: 'local' };
export const origin = 'https://porch.local';

/** A browser with a key of its own. */
export interface Phone {
  readonly pair: KeyPair;
  readonly publicKey: string;
  readonly id: string;
}

export async function newPhone(): Promise<Phone> {
  const pair = await generateKey(false);
  const publicKey = await publicKeyOf(pair);
  return { pair, publicKey, id: await keyIdOf(publicKey) };
}

/** A hand-turned clock, both of its hands. */
export class HandClock implements Clock {
  mono = 1_000;
  wallMs = Date.UTC(2026, 4, 4, 12, 0);
  now = (): MonotonicMs => this.mono as MonotonicMs;
  wall = (): WallMs => this.wallMs as WallMs;
  pass(ms: number): void {
    this.mono += ms;
    this.wallMs += ms;
  }
}

/** At a lock called `box`. */
export const boxKeypad = { keypad: 'gate', title: 'Gate', lock: 'box' };

type HouseIdentity = Pick<DeviceIdentity, 'id' | 'publicKey' | 'sealKey' | 'sign' | 'agree'>;

async function newIdentity(): Promise<HouseIdentity> {
  const [own, seal] = await Promise.all([speaker(), sealHolder()]);
  return { ...own, id: await keyIdOf(own.publicKey), sealKey: seal.publicKey, agree: seal.agree };
}

/** Access with everything around it in memory. */
export class House {
  readonly clock = new HandClock();
  readonly store: MemoryStore;
  readonly known: MemoryKnown;
  /** When a time server set the clock. */
  sync: number | undefined = 1;
  /** What codes are kept under; lost where it is set to undefined. */
  readonly codeSecret: { current: Secret | undefined; ready(): Promise<Secret> } = {
    current: undefined,
    ready: async () => {
      this.codeSecret.current ??= new Secret(randomUUID());
      return this.codeSecret.current;
    },
  };
  /** Keys that a picture flows to. */
  readonly watchers = new Set<string>();
  readonly access: Access;
  readonly identity: HouseIdentity;
  /** What ends with the first who comes in. */
  /** Owners whom nobody asked in. */
  readonly cameIn: string[] = [];
  firstCame = async (): Promise<void> => undefined;

  private constructor(
    identity: House['identity'],
    store: MemoryStore,
    known: MemoryKnown,
    loopback: boolean,
  ) {
    this.identity = identity;
    this.store = store;
    this.known = known;
    const time = new TrustedClock({ clock: this.clock, synchronisedAt: () => this.sync });
    const firstCame = () => this.firstCame();
    const ownerCame = ({ person }: Joined, how: string) => void this.cameIn.push(`${person.name} by ${how}`);
    const watches = (key: string) => this.watchers.has(key);
    const keypads = { keypads: [boxKeypad], secret: this.codeSecret };
    const options = { store, known, identity, clock: this.clock, time, loopback };
    const pages = () => [new URL('https://porch.local:8480/'), new URL('https://192.0.2.7:8480/')];
    this.access = new Access({ ...options, watches, firstCame, ownerCame, keypads, pages });
  }

  static async open({
    store = new MemoryStore(),
    known = new MemoryKnown(),
    loopback = false,
  } = {}): Promise<House> {
    const house = new House(await newIdentity(), store, known, loopback);
    await house.access.start();
    return house;
  }

  /** What the phone sends. */
  async joinRequest(
    phone: Phone,
    { invitation, secret }: { readonly invitation: { readonly id: string }; readonly secret: string },
    name?: string,
  ) {
    const parts = { device: this.identity.id, key: phone.publicKey, invitation: invitation.id, origin };
    const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
    return {
      ...{ invitation: invitation.id, secret, key: phone.publicKey, label: 'Firefox, Linux', origin },
      ...(name === undefined ? {} : { name }),
      signature: await sign(phone.pair.privateKey, statement),
    };
  }

  /** Pairs a new phone at the terminal. */
  async pair(name = 'Ada') {
    const made = await this.access.pair(local, { again: false });
    const phone = await newPhone();
    const joined = await this.access.join(await this.joinRequest(phone, made, name));
    return { phone, joined, peer: this.access.peerOf(joined.key, 'local') };
  }

  /** Somebody comes in by an invitation of `by`. */
  async welcome(draft: Partial<InvitationDraft>, by: Peer = local, network: 'local' | 'remote' = 'local') {
    const made = await this.access.invite(by, {
      ...{ name: 'Bob', scopes: ['view'], limits: {}, expiresAt: this.clock.wall() + 3_600_000 },
      ...draft,
    });
    const phone = await newPhone();
    const joined = await this.access.join(await this.joinRequest(phone, made));
    return { phone, joined, made, peer: this.access.peerOf(joined.key, network) };
  }
}
