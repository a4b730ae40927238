import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectTimeoutMs, lingerMs } from '../../../src/transport/ice/agent.ts';
import { makeIceCredentials } from '../../../src/transport/ice/credentials.ts';
import {
  bothConnected,
  compatible,
  describe,
  introduce,
  Network,
  Peer,
  trickle,
  udpPath,
  type Weather,
} from './network.ts';

function connected(seed: number, weather?: Weather): { network: Network; one: Peer; other: Peer } {
  const network = new Network(seed);
  const one = new Peer(network, { controlling: true, paths: [udpPath('192.0.2.1')] });
  const other = new Peer(network, { controlling: false, paths: [udpPath('198.51.100.1')] });
  introduce(one, other);
  network.run(1_000);
  if (weather) network.weather = weather;
  return { network, one, other };
}

/** New credentials, before the peer has them. */
function renew(peer: Peer): void {
  peer.local = makeIceCredentials();
  peer.agent.restart(peer.local, peer.network.now);
}

test('a restart carries on over the old pair until the new one stands, in any weather', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(400), (seed, signalingMs) => {
      const weather = { loss: 0.2, duplication: 0.1, minDelayMs: 10, maxDelayMs: 80 };
      const { network, one, other } = connected(seed, weather);
      let gaps = 0;
      const watch = () => {
        if (![one, other].every(({ agent }) => agent.maySend)) gaps += 1;
        return false;
      };
      // Offer.
      renew(one);
      network.run(signalingMs, watch);
      // Answer.
      renew(other);
      describe(other, one);
      trickle(other, one);
      network.run(signalingMs, watch);
      describe(one, other);
      trickle(one, other);
      network.run(
        20_000,
        () => watch() || (one.agent.ufrags.length === 1 && other.agent.ufrags.length === 1),
      );
      expect(gaps).toBe(0);
      expect(one.agent.ufrags).toEqual([one.local.ufrag]);
      expect(other.agent.ufrags).toEqual([other.local.ufrag]);
      expect(one.states).toEqual(['checking', 'connected']);
      expect(bothConnected(one, other) && compatible(one, other)).toBe(true);
      // The same address was never let go of.
      expect([...one.known.values(), ...other.known.values()]).toEqual(['validated', 'validated']);
    }),
    { numRuns: 50 },
  );
});

test('a restart moves over to a new network, whose old address is given back', () => {
  const { network, one, other } = connected(1);
  one.addPath(udpPath('192.0.2.77'));
  network.passes = (from, to) => ![from, to].some(({ address }) => address === '192.0.2.1');
  for (const peer of [one, other]) renew(peer);
  introduce(one, other);
  network.run(1_000);
  expect(other.agent.selected?.endpoint.address).toBe('192.0.2.77');
  expect(compatible(one, other)).toBe(true);
  network.run(lingerMs);
  expect([...other.known.keys()]).toEqual(['198.51.100.1 192.0.2.77 8480']);
});

test('the old credentials are answered for a moment after the new pair stands, and then never', () => {
  const { network, one, other } = connected(1);
  const before = other.local.ufrag;
  for (const peer of [one, other]) renew(peer);
  introduce(one, other);
  network.run(100);
  expect(other.agent.ufrags).toEqual([other.local.ufrag, before]);
  network.run(lingerMs);
  expect(other.agent.ufrags).toEqual([other.local.ufrag]);
});

test('a restart that is never answered ends after 30 s, and does not carry on for ever', () => {
  const { network, one } = connected(1);
  renew(one);
  network.run(connectTimeoutMs - 1);
  expect(one.agent).toMatchObject({ state: 'connected', maySend: true });
  network.run(2);
  expect(one.agent).toMatchObject({ state: 'failed', maySend: false, pairs: [] });
});

test('a restart brings back what has failed', () => {
  const { network, one, other } = connected(1);
  network.passes = () => false;
  network.run(40_000);
  expect([one, other].map(({ agent }) => agent.state)).toEqual(['failed', 'failed']);
  network.passes = () => true;
  for (const peer of [one, other]) renew(peer);
  introduce(one, other);
  network.run(100);
  expect(bothConnected(one, other)).toBe(true);
  expect(one.states).toEqual(['checking', 'connected', 'disconnected', 'failed', 'checking', 'connected']);
});

test('restart after restart keeps two sessions at most', () => {
  const { network, one, other } = connected(1);
  for (let turn = 0; turn < 50; turn += 1) {
    renew(one);
    expect(one.agent.ufrags.length).toBe(2);
    expect(one.agent.pairs.length).toBeLessThanOrEqual(2);
    network.run(10);
  }
  renew(other);
  introduce(one, other);
  network.run(1_000);
  expect(bothConnected(one, other)).toBe(true);
});

test('late candidates of what was replaced are not taken for the new session', () => {
  const { network, one, other } = connected(1);
  const stale = { ...other.candidates[0]!, address: '203.0.113.1', ufrag: other.local.ufrag };
  for (const peer of [one, other]) renew(peer);
  expect(one.agent.addRemoteCandidate(stale, network.now)).toBe(false);
  describe(one, other);
  expect(one.agent.addRemoteCandidate(stale, network.now)).toBe(false);
  expect(one.agent.addRemoteCandidate({ ...stale, ufrag: other.local.ufrag }, network.now)).toBe(true);
});
