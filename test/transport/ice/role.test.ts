import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IceRole } from '../../../src/transport/ice/role.ts';
import { errorResponse, stunErrors } from '../../../src/transport/stun/binding.ts';
import {
  bothConnected,
  compatible,
  HandPeer,
  introduce,
  isCheck,
  Network,
  Peer,
  udpPath,
} from './network.ts';

/** Random bytes whose first eight, the tie-breaker, are `first`. */
function tieBreaker(first: number, network: Network): (bytes: number) => Buffer {
  let asked = 0;
  const byte = () => (asked++ < 8 ? first : Math.floor(network.random() * 256));
  return (bytes) => Buffer.from(Array.from({ length: bytes }, byte));
}

test('two that both control, or both do not, find out who does, in any weather', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), fc.boolean(), (seed, controlling, firstIsLarger) => {
      const network = new Network(seed, { loss: 0.2, duplication: 0.2, minDelayMs: 5, maxDelayMs: 100 });
      const make = (address: string, first: number) =>
        new Peer(network, { controlling, paths: [udpPath(address)], random: tieBreaker(first, network) });
      const one = make('192.0.2.1', firstIsLarger ? 9 : 3);
      const other = make('198.51.100.1', firstIsLarger ? 3 : 9);
      introduce(one, other);
      network.run(
        20_000,
        () => bothConnected(one, other) && one.agent.controlling !== other.agent.controlling,
      );
      expect(one.agent.controlling).toBe(firstIsLarger);
      expect(other.agent.controlling).toBe(!firstIsLarger);
      network.run(5_000);
      expect(compatible(one, other)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('a claim that is not signed changes no role', () => {
  const network = new Network();
  const one = new Peer(network, { controlling: false, paths: [udpPath('192.0.2.1')] });
  const far = new HandPeer(one);
  const from = { address: '198.51.100.1', port: 50_000 };
  const role = { controlling: false, tieBreaker: 0n };
  expect(one.take(far.check({ role, password: 'a guess of the password' }), one.paths[0]!, from)).toBe(
    'unauthenticated',
  );
  expect(one.agent.controlling).toBe(false);
  expect(one.take(far.check({ role }), one.paths[0]!, from)).toBe('accepted');
  expect(one.agent.controlling).toBe(true);
});

test('the one with the larger tie-breaker refuses with 487, and keeps its role', () => {
  const network = new Network();
  const one = new Peer(network, {
    controlling: true,
    paths: [udpPath('192.0.2.1')],
    random: tieBreaker(9, network),
  });
  const far = new HandPeer(one);
  const from = { address: '198.51.100.1', port: 50_000 };
  expect(one.take(far.check({ role: { controlling: true, tieBreaker: 1n } }), one.paths[0]!, from)).toBe(
    'roleConflict',
  );
  expect(one.agent.controlling).toBe(true);
  expect(one.agent.pairs).toEqual([]);
  expect(network.sent.length).toBe(1);
});

test('a peer that answers every check with 487 is not followed for ever', () => {
  const network = new Network();
  const one = new Peer(network, { controlling: true, paths: [udpPath('192.0.2.1')] });
  const far = new HandPeer(one);
  const from = { address: '198.51.100.1', port: 50_000 };
  one.take(far.check(), one.paths[0]!, from);
  let checks = 0;
  for (let seen = 0; seen < network.sent.length && checks < 100; seen += 1) {
    const { bytes } = network.sent[seen]!;
    if (!isCheck(bytes)) continue;
    checks += 1;
    one.take(
      errorResponse(bytes.subarray(8, 20), stunErrors.roleConflict, far.local.pwd),
      one.paths[0]!,
      from,
    );
  }
  expect(checks).toBeLessThanOrEqual(10);
});

test('a role is settled by the rules of RFC 8445, 7.3.1.1', () => {
  for (const [controlling, ours, theirs, verdict, then] of [
    [true, 5n, 4n, 'refused', true],
    [true, 5n, 5n, 'refused', true],
    [true, 4n, 5n, 'switched', false],
    [false, 5n, 4n, 'switched', true],
    [false, 5n, 5n, 'switched', true],
    [false, 4n, 5n, 'refused', false],
  ] as const) {
    const role = new IceRole(controlling, ours);
    expect(role.settle({ controlling, tieBreaker: theirs })).toBe(verdict);
    expect(role.controlling).toBe(then);
    expect(role.settle({ controlling: !then, tieBreaker: theirs })).toBe('agreed');
    expect(role.settle(undefined)).toBe('agreed');
  }
});
