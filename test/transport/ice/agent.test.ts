import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bothConnected, compatible, introduce, Network, Peer, udpPath } from './network.ts';

const home = () => [udpPath('192.0.2.1'), udpPath('2001:db8::1')];
const away = () => [udpPath('198.51.100.1'), udpPath('2001:db8::2')];

function pair(network: Network): [Peer, Peer] {
  return [
    new Peer(network, { controlling: true, paths: home() }),
    new Peer(network, { controlling: false, paths: away() }),
  ];
}

test('two agents connect within two round trips, and both send over the same pair', () => {
  const network = new Network();
  const [one, other] = pair(network);
  introduce(one, other);
  network.run(20, () => bothConnected(one, other));
  expect(bothConnected(one, other)).toBe(true);
  network.run(1_000);
  expect(compatible(one, other)).toBe(true);
  expect([one, other].map(({ agent }) => agent.maySend)).toEqual([true, true]);
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
    { numRuns: 200 },
  );
});
