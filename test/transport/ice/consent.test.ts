import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  consentExpiryMs,
  consentIntervalMs,
  silentMs,
  unansweredMs,
} from '../../../src/transport/ice/consent.ts';
import { errorResponse, stunErrors } from '../../../src/transport/stun/binding.ts';
import { HandPeer, introduce, isCheck, Network, Peer, udpPath } from './network.ts';

function connected(seed = 1): { network: Network; one: Peer; other: Peer } {
  const network = new Network(seed);
  const one = new Peer(network, { controlling: true, paths: [udpPath('192.0.2.1')] });
  const other = new Peer(network, { controlling: false, paths: [udpPath('198.51.100.1')] });
  introduce(one, other);
  network.run(1_000);
  return { network, one, other };
}

test('consent is asked for every 5 s, give or take a fifth, and for nothing else', () => {
  const { network, one } = connected();
  const from = network.sent.length;
  network.run(600_000);
  const asked = network.sent
    .slice(from)
    .filter((flight) => flight.from.address === '192.0.2.1' && isCheck(flight.bytes));
  const waits = asked.slice(1).map(({ atMs }, index) => atMs - asked[index]!.atMs);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.8 * consentIntervalMs);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1.2 * consentIntervalMs);
  expect(new Set(waits).size).toBeGreaterThan(20);
  expect(new Set(asked.map(({ bytes }) => bytes.toString('hex', 8, 20))).size).toBe(asked.length);
  expect(one.agent.counts.consentChecksSent).toBeGreaterThanOrEqual(asked.length);
  expect(one.states).toEqual(['checking', 'connected']);
});

test('30 s after the last answer nothing is sent any more, whatever the peer still sends', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(20_000), fc.boolean(), (seed, liveMs, oneWay) => {
      const { network, one, other } = connected(seed);
      network.run(liveMs);
      // The answer to the last consent check of `one`, or at the worst the first.
      const vanishedAt = network.now;
      network.passes = (from) => oneWay && from.address === '198.51.100.1' && isCheckFrom(network);
      network.run(consentExpiryMs + 10);
      expect(one.agent).toMatchObject({ state: 'failed', maySend: false, pairs: [] });
      expect(one.known.size).toBe(0);
      const last = network.sent.findLast(({ from }) => from.address === '192.0.2.1');
      expect(last!.atMs - vanishedAt).toBeLessThanOrEqual(consentExpiryMs);
      const count = network.sent.length;
      network.run(100_000);
      expect(network.sent.slice(count).every(({ from }) => from.address !== '192.0.2.1')).toBe(true);
      expect(other.agent.state).toBe('failed');
    }),
    { numRuns: 50 },
  );
});

/** The newest datagram is a check, not an answer. */
function isCheckFrom({ sent }: Network): boolean {
  return isCheck(sent.at(-1)!.bytes);
}

test('a peer that is silent is disconnected after 7.5 s, and connected again with its first answer', () => {
  const { network, one } = connected();
  network.passes = () => false;
  network.run(silentMs, () => one.agent.state === 'disconnected');
  expect(one.agent).toMatchObject({ state: 'disconnected', maySend: true });
  network.run(10_000);
  network.passes = () => true;
  network.run(6_100, () => one.agent.state === 'connected');
  expect(one.states).toEqual(['checking', 'connected', 'disconnected', 'connected']);
});

test('a peer that is heard and does not answer is disconnected after 13 s, and failed after 30', () => {
  const { network, one } = connected();
  network.passes = (from) => from.address !== '198.51.100.1' || isCheckFrom(network);
  const before = network.now;
  network.run(20_000, () => one.agent.state === 'disconnected');
  expect(network.now - before).toBeGreaterThan(silentMs);
  expect(network.now - before).toBeLessThanOrEqual(unansweredMs);
  network.run(consentExpiryMs);
  expect(one.agent.state).toBe('failed');
});

test('one answer lost of every four does not show', () => {
  const { network, one } = connected();
  let count = 0;
  network.passes = (from) => from.address !== '198.51.100.1' || count++ % 4 !== 0;
  network.run(600_000);
  expect(one.states).toEqual(['checking', 'connected']);
});

test('an answer that comes after consent has expired does not bring it back', () => {
  const network = new Network();
  const one = new Peer(network, { controlling: true, paths: [udpPath('192.0.2.1')] });
  const far = new HandPeer(one);
  const from = { address: '198.51.100.1', port: 50_000 };
  const [path] = one.paths;
  one.take(far.check(), path!, from);
  one.take(far.success(far.lastCheck(from)!, from), path!, from);
  expect(one.agent.maySend).toBe(true);
  network.run(29_000);
  const late = far.success(far.lastCheck(from)!, from);
  // Nobody called tick meanwhile.
  network.now = (network.now + 2_000) as typeof network.now;
  expect(one.take(late, path!, from)).toBe('closed');
  expect(one.agent).toMatchObject({ state: 'failed', maySend: false });
});

test('a peer takes its consent back by 403, if it is the peer that says so', () => {
  for (const genuine of [false, true]) {
    const { network, one, other } = connected();
    const { endpoint } = other.paths[0]!;
    const consent = (flight: { from: { address: string }; bytes: Buffer }) =>
      flight.from.address === '192.0.2.1' && isCheck(flight.bytes);
    const count = network.sent.length;
    network.run(10_000, () => network.sent.slice(count).some(consent));
    const check = network.sent.findLast(consent)!;
    const pwd = genuine ? other.local.pwd : one.local.pwd;
    const refusal = errorResponse(check.bytes.subarray(8, 20), stunErrors.forbidden, pwd);
    expect(one.take(refusal, one.paths[0]!, endpoint)).toBe(genuine ? 'accepted' : 'unauthenticated');
    expect(one.agent.state).toBe(genuine ? 'failed' : 'connected');
  }
});
