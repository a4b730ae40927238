import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  candidatePriority,
  foundationOf,
  pairPriority,
  tcpPreference,
} from '../../../src/transport/ice/priority.ts';

test('a host candidate of the best preference has the priority that every stack gives it', () => {
  expect(candidatePriority('host', 'udp', 65_535)).toBe(2_130_706_431);
  expect(candidatePriority('srflx', 'udp', 65_535)).toBe(1_694_498_815);
});

test('direct comes before reflexive, UDP before TCP, relayed last, whatever the preference', () => {
  const best = (
    ...[type, transport]: Parameters<typeof candidatePriority> extends [infer A, infer B, number]
      ? [A, B]
      : never
  ) => ({
    low: candidatePriority(type, transport, 0),
    high: candidatePriority(type, transport, 65_535),
  });
  const order = [
    best('host', 'udp'),
    best('prflx', 'udp'),
    best('srflx', 'udp'),
    best('host', 'tcp'),
    best('relay', 'udp'),
  ];
  for (const [index, { low }] of order.entries()) {
    const next = order[index + 1];
    if (next) expect(low).toBeGreaterThan(next.high);
    expect(low).toBeGreaterThan(0);
  }
  expect(best('host', 'udp').high).toBeLessThan(2 ** 31);
});

test('a preference beyond its field does not spill over', () => {
  expect(candidatePriority('host', 'udp', 1e9)).toBe(candidatePriority('host', 'udp', 65_535));
  expect(candidatePriority('host', 'udp', -1)).toBe(candidatePriority('host', 'udp', 0));
  expect(tcpPreference('passive', 1e9)).toBeLessThan(tcpPreference('active', 0));
  expect(tcpPreference('active', 1e9)).toBeLessThan(65_536);
});

test('both sides give a pair the same priority, up to who controls', () => {
  const priority = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(priority, priority, (g, d) => {
      const [one, other] = [pairPriority(g, d), pairPriority(d, g)];
      expect(one < 2n ** 63n).toBe(true);
      expect(one - other).toBe(g > d ? 1n : g < d ? -1n : 0n);
      // The weaker end decides, then the stronger.
      expect(pairPriority(Math.min(g, d) + 1, Math.max(g, d) + 1) > one).toBe(true);
    }),
  );
});

test('a foundation is the same for the same base, and tells nothing of the address', () => {
  const foundation = foundationOf('host', '192.0.2.1', 'udp');
  expect(foundationOf('host', '192.0.2.1', 'udp')).toBe(foundation);
  const others = [
    foundationOf('srflx', '192.0.2.1', 'udp', 'stun.example'),
    foundationOf('host', '192.0.2.2', 'udp'),
    foundationOf('host', '192.0.2.1', 'tcp'),
  ];
  expect(new Set([foundation, ...others]).size).toBe(4);
  expect(foundation).toMatch(/^\d{1,10}$/);
});
