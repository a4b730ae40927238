import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../src/transport/endpoint.ts';
import { connectTimeoutMs } from '../../../src/transport/ice/agent.ts';
import type { IceCandidate } from '../../../src/transport/ice/candidate.ts';
import { relayGraceMs } from '../../../src/transport/ice/session.ts';
import { wantsCandidate } from '../../../src/transport/stun/binding.ts';
import { readStun } from '../../../src/transport/stun/message.ts';
import {
  bothConnected,
  compatible,
  describe,
  HandPeer,
  introduce,
  isCheck,
  Network,
  Peer,
  type PeerOptions,
  seeded,
  trickle,
  udpPath,
} from './network.ts';

const home = () => [udpPath('192.0.2.1'), udpPath('2001:db8::1')];
const away = () => [udpPath('198.51.100.1'), udpPath('2001:db8::2')];

function pair(
  network: Network,
  one: Partial<PeerOptions> = {},
  other: Partial<PeerOptions> = {},
): [Peer, Peer] {
  return [
    new Peer(network, { controlling: true, paths: home(), ...one }),
    new Peer(network, { controlling: false, paths: away(), ...other }),
  ];
}

test('two agents connect in one round trip, and both send over the same pair', () => {
  const network = new Network();
  const [one, other] = pair(network);
  introduce(one, other);
  network.run(10, () => bothConnected(one, other));
  expect(bothConnected(one, other)).toBe(true);
  network.run(1_000);
  expect(compatible(one, other)).toBe(true);
  expect([one, other].map(({ agent }) => agent.maySend)).toEqual([true, true]);
  expect(one.states).toEqual(['checking', 'connected']);
  expect(one.agent.roundTripMs).toBe(10);
});

test('two agents connect in any weather, and agree', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 0.4, noNaN: true }),
      fc.nat(200),
      fc.nat(300),
      (seed, loss, minDelayMs, jitterMs) => {
        const weather = { loss, duplication: 0.2, minDelayMs, maxDelayMs: minDelayMs + jitterMs };
        const network = new Network(seed, weather);
        const [one, other] = pair(network);
        introduce(one, other);
        network.run(25_000, () => bothConnected(one, other));
        expect(bothConnected(one, other)).toBe(true);
        network.weather = { ...weather, loss: 0 };
        network.run(15_000);
        expect(compatible(one, other)).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

test('two agents connect in whatever order and time descriptions and candidates come', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, controlling) => {
      const random = seeded(seed);
      const network = new Network(seed, { loss: 0.1, duplication: 0.1, minDelayMs: 1, maxDelayMs: 60 });
      const [one, other] = pair(network, { controlling }, { controlling: !controlling, paths: [] });
      const steps: (() => void)[] = [() => describe(one, other), () => describe(other, one)];
      for (const candidate of one.candidates)
        steps.push(() => other.agent.addRemoteCandidate(candidate, network.now));
      for (const path of away())
        steps.push(() => {
          other.addPath(path);
          trickle(one, other);
        });
      for (const step of steps.sort(() => random() - 0.5)) {
        step();
        network.run(random() * 500);
      }
      network.run(20_000, () => bothConnected(one, other));
      expect(bothConnected(one, other)).toBe(true);
      // Who loses the other for a moment may have taken another pair meanwhile; in fair weather it comes back.
      network.weather = { ...network.weather, loss: 0 };
      network.run(15_000);
      expect(compatible(one, other)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('one side with candidates suffices: the other is learned from its checks', () => {
  const network = new Network();
  const [one, other] = pair(network);
  describe(one, other);
  describe(other, one);
  trickle(one, other);
  network.run(100, () => bothConnected(one, other));
  expect(bothConnected(one, other)).toBe(true);
  expect(other.agent.pairs.every(({ remote }) => remote.type === 'prflx')).toBe(true);
  trickle(other, one);
  expect(other.agent.pairs.every(({ remote }) => remote.type === 'host')).toBe(true);
});

test('checks that overtake the answer are answered, and return as soon as the answer is there', () => {
  const network = new Network();
  const [one, other] = pair(network);
  describe(other, one);
  trickle(other, one);
  network.run(200, () => other.agent.state === 'connected');
  expect(other.agent.state).toBe('connected');
  expect(one.agent.state).toBe('new');
  expect([...one.known.values()]).toEqual(['authenticated', 'authenticated']);
  const before = network.now;
  describe(one, other);
  network.run(100, () => one.agent.state === 'connected');
  expect(network.now - before).toBe(10);
});

test('a first check lost is sent again after 100 ms, and after the peer has been heard at once', () => {
  const network = new Network();
  const [one, other] = pair(network, { paths: [udpPath('192.0.2.1')] }, { paths: [udpPath('198.51.100.1')] });
  let lost = 0;
  network.passes = (from) => from.address !== '192.0.2.1' || lost++ > 0;
  describe(one, other);
  trickle(one, other);
  describe(other, one);
  network.run(1_000, () => one.agent.state === 'connected');
  expect(network.now).toBe(1_110);
  const again = new Network();
  const [three, four] = pair(again, { paths: [udpPath('192.0.2.1')] }, { paths: [udpPath('198.51.100.1')] });
  lost = 0;
  again.passes = (from) => from.address !== '192.0.2.1' || lost++ > 0;
  introduce(three, four);
  again.run(1_000, () => three.agent.state === 'connected');
  // 5 ms until the peer's check comes, 10 for the round trip.
  expect(again.now).toBe(1_015);
});

test('two agents behind NATs that let in only whom one has written to connect in two round trips', () => {
  const network = new Network();
  const [one, other] = pair(network, { paths: [udpPath('192.0.2.1')] }, { paths: [udpPath('198.51.100.1')] });
  const open = new Set<string>();
  network.passes = (from, to) => {
    open.add(`${from.address} ${to.address}`);
    return open.has(`${to.address} ${from.address}`);
  };
  introduce(one, other);
  network.run(1_000, () => bothConnected(one, other));
  expect(network.now).toBeLessThanOrEqual(1_020);
  expect(compatible(one, other)).toBe(true);
});

test('a lite peer is led, and never asked for a check of its own', () => {
  const network = new Network();
  // Lite: it answers, and has nothing to check.
  const [one, other] = pair(network, { controlling: false }, { controlling: false });
  trickle(one, other);
  describe(one, other, true);
  network.run(1_000, () => one.agent.state === 'connected');
  expect(one.agent.controlling).toBe(true);
  network.run(1_000);
  expect(
    network.sent.some(
      ({ from, bytes }) => from.address.startsWith('198') && bytes[1] === 1 && bytes[0] === 0,
    ),
  ).toBe(false);
  const nominated = network.sent.filter(({ bytes }) => {
    const message = readStun(bytes);
    return typeof message !== 'string' && wantsCandidate(message);
  });
  expect(nominated.map(({ to }) => to.address)).toEqual([one.agent.selected!.endpoint.address]);
});

test('a relayed pair that is valid first waits for a direct one, but not longer than the grace', () => {
  for (const directWorks of [true, false]) {
    const network = new Network();
    const relay = udpPath('203.0.113.9', { kind: 'relay' });
    const [one, other] = pair(
      network,
      { paths: [udpPath('192.0.2.1'), relay] },
      { paths: [udpPath('198.51.100.1')] },
    );
    const isDirect = (...ends: Endpoint[]) => ends.some(({ address }) => address === '192.0.2.1');
    network.passes = (from, to) => directWorks || !isDirect(from, to);
    network.detourMs = (from, to) => (isDirect(from, to) ? 15 : 0);
    introduce(one, other);
    network.run(10 + relayGraceMs + 20);
    expect(one.selections[0]?.path.id).toBe(relay.id);
    expect(one.selections[0]?.atMs).toBe(1_010);
    expect(one.agent.selected?.path.id).toBe(directWorks ? '192.0.2.1' : relay.id);
    network.run(1_000);
    expect(compatible(one, other)).toBe(true);
  }
});

test('the controlled side follows a peer that changes its mind', () => {
  const network = new Network();
  const [one, other] = pair(network);
  introduce(one, other);
  network.run(2_000);
  const first = other.agent.selected!.path.id;
  // The peer loses the pair that both use, and takes the other.
  const gone = one.agent.selected!.path;
  one.agent.removePath(gone, network.now);
  network.run(2_000);
  expect(one.agent.state).toBe('connected');
  expect(one.agent.selected!.path.id).not.toBe(gone.id);
  expect(other.agent.selected!.path.id).not.toBe(first);
  expect(compatible(one, other)).toBe(true);
});

test('a path that comes later is used where the others do not reach', () => {
  const network = new Network();
  const [one, other] = pair(network, { paths: [udpPath('192.0.2.1')] }, { paths: [udpPath('2001:db8::2')] });
  introduce(one, other);
  network.run(10_000);
  expect(one.agent.state).toBe('checking');
  one.addPath(udpPath('2001:db8::1'));
  network.run(1_000, () => bothConnected(one, other));
  expect(compatible(one, other)).toBe(true);
});

test('a TCP connection of the peer is a path like any other: asked once, and lost when it ends', () => {
  const network = new Network();
  const path = udpPath('192.0.2.1', { id: 'tcp 1', transport: 'tcp' });
  const [, other] = pair(network, {}, { paths: [path] });
  const far = new HandPeer(other);
  const from = { address: '198.51.100.1', port: 50_000 };
  const active = {
    ...from,
    port: 9,
    foundation: '1',
    transport: 'tcp',
    priority: 1,
    type: 'host',
    tcpType: 'active',
  };
  other.agent.addRemoteCandidate(active as IceCandidate, network.now);
  expect(other.agent.pairs).toEqual([]);
  expect(other.take(far.check({ useCandidate: true }), path, from)).toBe('accepted');
  network.run(5_000);
  expect(network.sent.filter(({ bytes }) => isCheck(bytes)).length).toBe(1);
  expect(other.take(far.success(far.lastCheck(from)!, path.endpoint), path, from)).toBe('accepted');
  expect(other.agent).toMatchObject({ state: 'connected', maySend: true });
  other.agent.removePath(path, network.now);
  expect(other.agent).toMatchObject({ state: 'disconnected', maySend: false, pairs: [] });
  expect(other.known.size).toBe(0);
  network.run(connectTimeoutMs);
  expect(other.agent.state).toBe('failed');
});

test('without a pair for 30 s an agent fails, says nothing more, and gives everything back', () => {
  const network = new Network();
  const [one, other] = pair(network);
  network.passes = () => false;
  introduce(one, other);
  network.run(connectTimeoutMs + 1);
  expect(one.agent.state).toBe('failed');
  expect(one.agent.pairs).toEqual([]);
  expect(one.agent.deadline).toBeUndefined();
  const sent = network.sent.length;
  network.run(60_000);
  expect(network.sent.length).toBe(sent);
});

test('an agent that is closed says nothing, and tells nothing', () => {
  const network = new Network();
  const [one, other] = pair(network);
  introduce(one, other);
  network.run(100);
  one.agent.close();
  one.agent.close();
  expect(one.known.size).toBe(0);
  expect(one.agent).toMatchObject({
    state: 'closed',
    maySend: false,
    deadline: undefined,
    selected: undefined,
  });
  const from = network.sent.filter((flight) => flight.from.address === '192.0.2.1').length;
  introduce(one, other);
  one.addPath(udpPath('192.0.2.7'));
  network.run(60_000);
  expect(network.sent.filter((flight) => flight.from.address === '192.0.2.1').length).toBe(from);
  expect(other.agent.state).toBe('failed');
});

test('selected comes before validated, so that what was kept for the address can be answered', () => {
  const network = new Network();
  const [one, other] = pair(network);
  const told: string[] = [];
  one.selected = () => void told.push('selected');
  one.validated = () => void told.push('validated');
  one.state = (state) => void told.push(state);
  introduce(one, other);
  network.run(10, () => one.agent.state === 'connected');
  expect(told).toEqual(['checking', 'selected', 'validated', 'connected']);
});

test('an agent that is closed from within what it tells sends nothing more', () => {
  for (const event of ['authenticated', 'validated', 'selected', 'state'] as const) {
    const network = new Network();
    const [one, other] = pair(network);
    let closedAt = -1;
    one.released = () => {};
    one[event] = () => {
      if (event === 'state' && one.agent.state !== 'connected') return;
      one.agent.close();
      closedAt = network.sent.length;
    };
    introduce(one, other);
    network.run(5_000);
    expect(closedAt).toBeGreaterThan(0);
    expect(
      network.sent
        .slice(closedAt)
        .filter(({ from }) => from.address === '192.0.2.1' || from.address === '2001:db8::1'),
    ).toEqual([]);
  }
});
