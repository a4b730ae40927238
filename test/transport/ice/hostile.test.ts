import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../src/transport/endpoint.ts';
import { maxPairs, maxReflexivePairs, maxRemoteCandidates } from '../../../src/transport/ice/check-list.ts';
import { maxPaths } from '../../../src/transport/ice/path.ts';
import { errorResponse, stunErrors } from '../../../src/transport/stun/binding.ts';
import { readStun, writeStun } from '../../../src/transport/stun/message.ts';
import { HandPeer, introduce, isCheck, Network, Peer, udpPath } from './network.ts';

const stranger = { address: '203.0.113.66', port: 6_666 };

function connected(): { network: Network; one: Peer; other: Peer } {
  const network = new Network();
  const one = new Peer(network, { controlling: true, paths: [udpPath('192.0.2.1')] });
  const other = new Peer(network, { controlling: false, paths: [udpPath('198.51.100.1')] });
  introduce(one, other);
  network.run(1_000);
  return { network, one, other };
}

/** An agent that waits for its peer, which is made by hand. */
function waiting(): { network: Network; one: Peer; far: HandPeer; path: Peer['paths'][0] } {
  const network = new Network();
  const one = new Peer(network, { controlling: false, paths: [udpPath('192.0.2.1')] });
  return { network, one, far: new HandPeer(one), path: one.paths[0]! };
}

const address = (index: number): Endpoint => ({
  address: `203.0.113.${index % 200}`,
  port: 1_024 + (index >> 3),
});

test('what does not know the password gets no answer and leaves nothing, however it is made', () => {
  const { network, one, far, path } = waiting();
  const valid = far.check();
  const strangers = [
    far.check({ password: 'not the password at all' }),
    far.check({ password: far.local.pwd }),
    far.check({ username: { to: 'none', from: far.local.ufrag } }),
    far.check({ username: { to: far.local.ufrag, from: one.local.ufrag } }),
    // No integrity at all.
    writeStun({ class: 'request', transactionId: randomBytes(12), attributes: readAttributes(valid) }),
    // Integrity, and no or a wrong FINGERPRINT.
    withoutFingerprint(valid),
    Buffer.concat([valid.subarray(0, -1), Buffer.from([valid.at(-1)! ^ 1])]),
    writeStun({ class: 'indication', transactionId: randomBytes(12), attributes: [], key: one.local.pwd }),
    writeStun({ class: 'success', transactionId: randomBytes(12), attributes: [], key: far.local.pwd }),
    writeStun({ class: 'error', transactionId: randomBytes(12), attributes: [], key: far.local.pwd }),
  ];
  for (const bytes of strangers) expect(one.take(bytes, path, stranger)).not.toBe('accepted');
  expect(network.sent).toEqual([]);
  expect(one.agent.pairs).toEqual([]);
  expect(one.known.size).toBe(0);
  expect(one.take(valid, path, stranger)).toBe('accepted');
});

test('a thousand forged messages of every kind do not change a connected agent', () => {
  const { network, one, other } = connected();
  const before = { ...network, sent: network.sent.length, pairs: one.agent.pairs };
  const [path] = one.paths;
  const { endpoint } = other.paths[0]!;
  fc.assert(
    fc.property(
      fc.constantFrom('request', 'success', 'error'),
      fc.constantFrom(stranger, endpoint),
      fc.array(
        fc.record({ type: fc.integer({ min: 0, max: 0x30 }), value: fc.uint8Array({ maxLength: 20 }) }),
        {
          maxLength: 6,
        },
      ),
      fc.constantFrom(undefined, 'a wrong password', other.local.pwd, one.local.pwd.slice(1)),
      (kind, from, attributes, key) => {
        const bytes = writeStun({
          class: kind,
          transactionId: randomBytes(12),
          attributes: attributes.map(({ type, value }) => ({ type, value: Buffer.from(value) })),
          ...(key !== undefined && { key }),
        });
        const message = readStun(bytes);
        if (typeof message !== 'string') expect(one.receive(message, path!, from)).not.toBe('accepted');
      },
    ),
    { numRuns: 1_000 },
  );
  expect(network.sent.length).toBe(before.sent);
  expect(one.agent.pairs).toEqual(before.pairs);
  expect(one.states).toEqual(['checking', 'connected']);
});

test('an answer counts once, from where the question went, and to this question only', () => {
  const { one, far, path } = waiting();
  const from = address(1);
  one.take(far.check(), path, from);
  const check = far.lastCheck(from)!;
  const success = far.success(check, path.endpoint);
  expect(one.take(success, path, stranger)).toBe('wrongAddress');
  const forged = errorResponse(check.subarray(8, 20), stunErrors.roleConflict, one.local.pwd);
  expect(one.take(forged, path, from)).toBe('unauthenticated');
  expect(one.take(far.success(randomBytes(28), path.endpoint), path, from)).toBe('unknownTransaction');
  expect(one.agent.state).toBe('checking');
  expect(one.take(success, path, from)).toBe('accepted');
  expect(one.agent.state).toBe('connected');
  expect(one.take(success, path, from)).toBe('unknownTransaction');
});

test('a check replayed from elsewhere gets no more than one check back, and no packet of ours goes there', () => {
  const { network, one, other } = connected();
  const replayed = network.sent.find(({ to, bytes }) => to.address === '192.0.2.1' && isCheck(bytes))!.bytes;
  for (let count = 0; count < 100; count += 1) one.take(replayed, one.paths[0]!, stranger);
  network.run(60_000);
  const there = network.sent.filter(({ to }) => to.address === stranger.address);
  // One answer each, shorter than what was sent, and one transaction of ours.
  expect(there.filter(({ bytes }) => !isCheck(bytes)).length).toBe(100);
  const checks = there.filter(({ bytes }) => isCheck(bytes));
  expect(new Set(checks.map(({ bytes }) => bytes.toString('hex', 8, 20))).size).toBe(1);
  expect(one.agent.selected?.endpoint).toEqual(other.paths[0]!.endpoint);
  expect([...one.known.values()].filter((known) => known === 'validated').length).toBe(1);
});

test('a thousand addresses of a peer that knows the password keep eight pairs, and its own among them', () => {
  const { network, one, far, path } = waiting();
  const home = { address: '198.51.100.1', port: 50_000 };
  one.take(far.check({ useCandidate: true }), path, home);
  one.take(far.success(far.lastCheck(home)!, path.endpoint), path, home);
  expect(one.agent.state).toBe('connected');
  for (let index = 0; index < 1_000; index += 1) {
    expect(one.take(far.check(), path, address(index))).toBe('accepted');
    expect(one.agent.pairs.length).toBeLessThanOrEqual(maxReflexivePairs);
    expect(one.known.size).toBeLessThanOrEqual(maxReflexivePairs);
  }
  expect(one.agent.selected?.endpoint).toEqual(home);
  // Checks go at their pace however many are asked for: eight at once, then 50 a second.
  const checks = () => network.sent.filter(({ bytes }) => isCheck(bytes)).length;
  expect(checks()).toBeLessThanOrEqual(9);
  network.run(7_000);
  // Of the seven pairs that are left, each at most seven times, and consent.
  expect(checks()).toBeLessThanOrEqual(9 + 7 * 7 + 2);
});

test('a thousand candidates, and more paths than there can be, stay within the bounds', () => {
  const { network, one, far, path } = waiting();
  for (let index = 0; index < 1_000; index += 1) {
    const candidate = {
      ...address(index),
      foundation: '1',
      transport: 'udp',
      priority: index + 1,
      type: 'host',
    } as const;
    one.agent.addRemoteCandidate(candidate, network.now);
    one.addPath(udpPath(`192.0.2.${2 + (index % 250)}`));
  }
  expect(one.agent.pairs.length).toBeLessThanOrEqual(maxPairs);
  expect(one.agent.pairs.length).toBeGreaterThanOrEqual(maxPairs - maxReflexivePairs);
  expect(new Set(one.agent.pairs.map((pair) => pair.path.id)).size).toBeLessThanOrEqual(maxPaths);
  const endpoints = new Set(one.agent.pairs.map(({ endpoint }) => `${endpoint.address} ${endpoint.port}`));
  expect(endpoints.size).toBeLessThanOrEqual(maxRemoteCandidates);
  // The peer's own check still finds a place.
  network.run(20_000);
  expect(one.take(far.check(), path, stranger)).toBe('accepted');
  one.take(far.success(far.lastCheck(stranger)!, path.endpoint), path, stranger);
  expect(one.agent.selected?.endpoint).toEqual(stranger);
  expect(one.agent.pairs.length).toBeLessThanOrEqual(maxPairs);
});

test('candidates that lead nowhere cost at most 64 checks, seven times each, in every 6 s', () => {
  const { network, one } = waiting();
  for (let index = 0; index < maxRemoteCandidates; index += 1) {
    const candidate = {
      ...address(index),
      foundation: '1',
      transport: 'udp',
      priority: index + 1,
      type: 'host',
    } as const;
    one.agent.addRemoteCandidate(candidate, network.now);
  }
  network.run(30_000);
  expect(one.agent.state).toBe('failed');
  expect(network.sent.length).toBeLessThanOrEqual(maxRemoteCandidates * 7 * 5);
});

test('an attribute that must be understood and is not is refused by name, to who knows the password', () => {
  const { network, one, path } = waiting();
  const attributes = [
    { type: 0x0006, value: Buffer.from(`${one.local.ufrag}:x`) },
    { type: 0x7777, value: Buffer.alloc(0) },
  ];
  const bytes = writeStun({
    class: 'request',
    transactionId: randomBytes(12),
    attributes,
    key: one.local.pwd,
  });
  expect(one.take(bytes, path, stranger)).toBe('notUnderstood');
  expect(network.sent[0]!.bytes.toString('hex')).toContain('000a00027777');
  expect(one.agent.pairs).toEqual([]);
});

test('a path the agent does not have, and an address that is none, get nothing', () => {
  const { network, one, far, path } = waiting();
  expect(one.take(far.check(), udpPath('192.0.2.200'), stranger)).toBe('unknownPath');
  expect(one.take(far.check(), path, { address: 'fe80::1%eth0', port: 1 })).toBe('badAddress');
  expect(network.sent).toEqual([]);
});

function readAttributes(bytes: Buffer) {
  const message = readStun(bytes);
  return typeof message === 'string' ? [] : message.attributes;
}

function withoutFingerprint(bytes: Buffer): Buffer {
  const shorter = Buffer.from(bytes.subarray(0, -8));
  shorter.writeUInt16BE(shorter.length - 20, 2);
  return shorter;
}
