import { randomBytes } from 'node:crypto';
import type { MonotonicMs } from '../../../src/clock.ts';
import type { Endpoint } from '../../../src/transport/endpoint.ts';
import { IceAgent, type IceState } from '../../../src/transport/ice/agent.ts';
import type { IceCandidate } from '../../../src/transport/ice/candidate.ts';
import { type IceCredentials, makeIceCredentials } from '../../../src/transport/ice/credentials.ts';
import type { IcePath } from '../../../src/transport/ice/path.ts';
import { candidatePriority } from '../../../src/transport/ice/priority.ts';
import type { IceSink } from '../../../src/transport/ice/sink.ts';
import { connectivityCheck, successResponse } from '../../../src/transport/stun/binding.ts';
import { readStun, type StunMessage } from '../../../src/transport/stun/message.ts';

export const ms = (value: number) => value as MonotonicMs;

/** Deterministic numbers from 0 to below 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Weather {
  /** Part of the datagrams that get lost, and that come twice. */
  loss: number;
  duplication: number;
  /** One-way delay, ms; each datagram takes between the two, so that they overtake. */
  minDelayMs: number;
  maxDelayMs: number;
}

export const fairWeather: Weather = { loss: 0, duplication: 0, minDelayMs: 5, maxDelayMs: 5 };

interface Flight {
  readonly atMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Buffer;
}

/** A path with the address that it has on the network. */
export interface TestPath extends IcePath {
  readonly endpoint: Endpoint;
}

export function udpPath(address: string, options: Partial<TestPath> = {}): TestPath {
  const family = address.includes(':') ? 6 : 4;
  const endpoint = { address, port: 8480 };
  return {
    id: address,
    family,
    transport: 'udp',
    kind: 'host',
    preference: family === 6 ? 65_535 : 65_534,
    endpoint,
    ...options,
  };
}

/** Datagrams in the air, a clock that is turned by hand, and the agents that live on it. */
export class Network {
  now = ms(1_000);
  weather: Weather;
  /** Says of a datagram whether it gets through. */
  passes: (from: Endpoint, to: Endpoint, bytes: Buffer) => boolean = () => true;
  /** More delay of a datagram, ms. */
  detourMs: (from: Endpoint, to: Endpoint) => number = () => 0;
  /** Everything that was sent. */
  readonly sent: Flight[] = [];
  readonly peers: Peer[] = [];
  readonly random: () => number;
  #air: Flight[] = [];

  constructor(seed = 1, weather: Weather = fairWeather) {
    this.random = seeded(seed);
    this.weather = weather;
  }

  send(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    const flight = { atMs: this.now, from, to, bytes: Buffer.from(bytes) };
    this.sent.push(flight);
    if (!this.passes(from, to, flight.bytes)) return;
    const { loss, duplication, minDelayMs, maxDelayMs } = this.weather;
    for (let copies = this.random() < duplication ? 2 : 1; copies > 0; copies -= 1) {
      if (this.random() < loss) continue;
      const delayMs = minDelayMs + this.random() * (maxDelayMs - minDelayMs) + this.detourMs(from, to);
      this.#air.push({ ...flight, atMs: this.now + delayMs });
    }
  }

  /** Turns the clock to the next thing that happens, at most to `untilMs`; false where that is reached. */
  step(untilMs: number): boolean {
    const flight = this.#air.reduce<Flight | undefined>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined);
    const deadline = Math.min(...this.peers.map(({ agent }) => agent.deadline ?? Number.POSITIVE_INFINITY));
    const next = Math.min(flight?.atMs ?? Number.POSITIVE_INFINITY, deadline);
    if (next > untilMs) {
      this.now = ms(untilMs);
      return false;
    }
    this.now = ms(Math.max(this.now, next));
    if (flight && flight.atMs <= deadline) {
      this.#air.splice(this.#air.indexOf(flight), 1);
      this.#deliver(flight);
    } else {
      for (const { agent } of this.peers) if ((agent.deadline ?? Infinity) <= this.now) agent.tick(this.now);
    }
    return true;
  }

  /** Turns the clock by `durationMs`, or until `done`. The bound on steps fails on an agent that spins. */
  run(durationMs: number, done: () => boolean = () => false): void {
    const untilMs = this.now + durationMs;
    for (let steps = 0; !done() && this.step(untilMs); steps += 1) {
      if (steps > 100_000) throw new Error('the agents spin');
    }
  }

  #deliver({ to, from, bytes }: Flight): void {
    for (const peer of this.peers) {
      const path = peer.paths.find(
        ({ endpoint }) => endpoint.address === to.address && endpoint.port === to.port,
      );
      if (path) peer.take(bytes, path, from);
    }
  }
}

export interface PeerOptions {
  readonly controlling: boolean;
  readonly paths: readonly TestPath[];
  readonly local?: IceCredentials;
  /** Random bytes; the tie-breaker is the first asked for. */
  readonly random?: (bytes: number) => Uint8Array;
}

/** One agent on the network, with all that it told. */
export class Peer implements IceSink<TestPath> {
  readonly agent: IceAgent<TestPath>;
  readonly network: Network;
  readonly paths: TestPath[] = [];
  readonly states: IceState[] = [];
  readonly selections: { path: TestPath; endpoint: Endpoint; atMs: number }[] = [];
  readonly known = new Map<string, 'authenticated' | 'validated'>();
  local: IceCredentials;

  constructor(network: Network, { controlling, paths, local, random }: PeerOptions) {
    this.network = network;
    this.local = local ?? makeIceCredentials();
    this.agent = new IceAgent<TestPath>({
      controlling,
      local: this.local,
      transactionPrefix: randomBytes(4),
      random: random ?? randomBytes,
      sink: this,
    });
    for (const path of paths) this.addPath(path);
    network.peers.push(this);
  }

  addPath(path: TestPath): void {
    this.paths.push(path);
    this.agent.addPath(path, this.network.now);
  }

  get candidates(): IceCandidate[] {
    return this.paths.map(({ endpoint, kind, transport, preference }) => ({
      ...endpoint,
      foundation: '1',
      transport,
      type: kind,
      priority: candidatePriority(kind, transport, preference),
    }));
  }

  take(bytes: Buffer, path: TestPath, from: Endpoint): string {
    const message = readStun(bytes);
    if (typeof message === 'string') throw new Error(`an agent sent what is no STUN: ${message}`);
    return this.agent.receive(message, path, from, this.network.now);
  }

  receive(message: StunMessage, path: TestPath, from: Endpoint): string {
    return this.agent.receive(message, path, from, this.network.now);
  }

  send(path: TestPath, to: Endpoint, message: Uint8Array): void {
    this.network.send(path.endpoint, to, message);
  }

  authenticated(path: TestPath, endpoint: Endpoint): void {
    this.known.set(keyOf(path, endpoint), 'authenticated');
  }

  validated(path: TestPath, endpoint: Endpoint): void {
    this.known.set(keyOf(path, endpoint), 'validated');
  }

  released(path: TestPath, endpoint: Endpoint): void {
    if (!this.known.delete(keyOf(path, endpoint))) throw new Error('released what was never told');
  }

  selected(path: TestPath, endpoint: Endpoint): void {
    this.selections.push({ path, endpoint, atMs: this.network.now });
  }

  state(state: IceState): void {
    this.states.push(state);
  }
}

function keyOf({ id }: TestPath, { address, port }: Endpoint): string {
  return `${id} ${address} ${port}`;
}

/** Tells `peer` what `other`'s description says. */
export function describe(peer: Peer, other: Peer, lite = false): void {
  peer.agent.setRemote({ ...other.local, lite }, peer.network.now);
}

export function trickle(peer: Peer, other: Peer): void {
  for (const candidate of other.candidates) peer.agent.addRemoteCandidate(candidate, peer.network.now);
}

/** Offer and answer, with all candidates, at once. */
export function introduce(one: Peer, other: Peer): void {
  for (const [peer, far] of [
    [one, other],
    [other, one],
  ] as const) {
    describe(peer, far);
    trickle(peer, far);
  }
}

export function bothConnected(...peers: Peer[]): boolean {
  return peers.every(({ agent }) => agent.state === 'connected');
}

/** Both send to where the other receives. */
export function compatible(one: Peer, other: Peer): boolean {
  const [a, b] = [one.agent.selected, other.agent.selected];
  return (
    a?.endpoint.address === b?.path.endpoint.address &&
    b?.endpoint.address === a?.path.endpoint.address &&
    a !== undefined
  );
}

/** A peer made by hand, which knows both passwords and does what a right one would not. */
export class HandPeer {
  readonly local = makeIceCredentials();
  readonly #peer: Peer;

  /** Of the agent of `peer`, which is told its description. */
  constructor(peer: Peer) {
    this.#peer = peer;
    peer.agent.setRemote({ ...this.local, lite: false }, peer.network.now);
  }

  /** A check as it should be, but for what `changes` say. */
  check(changes: Partial<Parameters<typeof connectivityCheck>[0]> = {}): Buffer {
    return connectivityCheck({
      transactionId: randomBytes(12),
      username: { to: this.#peer.local.ufrag, from: this.local.ufrag },
      password: this.#peer.local.pwd,
      priority: 1_000,
      role: { controlling: !this.#peer.agent.controlling, tieBreaker: 1n },
      useCandidate: false,
      ...changes,
    });
  }

  /** The answer to a check of the agent's. */
  success(check: Buffer, from: Endpoint): Buffer {
    const response = successResponse(check.subarray(8, 20), from, this.local.pwd);
    if (!response) throw new Error('no address');
    return response;
  }

  /** The last check that the agent sent there. */
  lastCheck(to: Endpoint): Buffer | undefined {
    return this.#peer.network.sent.findLast(
      (flight) => isCheck(flight.bytes) && flight.to.address === to.address && flight.to.port === to.port,
    )?.bytes;
  }
}

export function isCheck(bytes: Buffer): boolean {
  return bytes.readUInt16BE(0) === 1;
}
