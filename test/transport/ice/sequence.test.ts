import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxPairs } from '../../../src/transport/ice/check-list.ts';
import { makeIceCredentials } from '../../../src/transport/ice/credentials.ts';
import {
  connectivityCheck,
  errorResponse,
  stunErrors,
  successResponse,
} from '../../../src/transport/stun/binding.ts';
import { isCheck, ms, Network, Peer, type TestPath, udpPath } from './network.ts';

const paths = ['192.0.2.1', '192.0.2.2', '2001:db8::1'].map((address) => udpPath(address));
const credentials = Array.from({ length: 3 }, () => makeIceCredentials());
const far = Array.from({ length: 12 }, (_, index) => ({
  address: index % 3 === 2 ? `2001:db8::f${index}` : `198.51.100.${index}`,
  port: 5_000,
}));

/** What may happen to an agent; numbers choose among what there is. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('path'), path: fc.nat(2) }),
  fc.record({ kind: fc.constant('noPath'), path: fc.nat(2) }),
  fc.record({ kind: fc.constant('remote'), which: fc.nat(2), lite: fc.boolean() }),
  fc.record({ kind: fc.constant('restart') }),
  fc.record({
    kind: fc.constant('candidate'),
    from: fc.nat(11),
    priority: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  }),
  fc.record({
    kind: fc.constant('request'),
    path: fc.nat(2),
    from: fc.nat(11),
    controlling: fc.boolean(),
    nominates: fc.boolean(),
    old: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('answer'),
    back: fc.nat(10),
    result: fc.constantFrom(
      ...(['success', 'success', stunErrors.roleConflict, stunErrors.forbidden] as const),
    ),
  }),
  fc.record({ kind: fc.constant('time'), byMs: fc.oneof(fc.nat(200), fc.nat(40_000)) }),
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

class Story {
  readonly network = new Network();
  readonly peer = new Peer(this.network, { controlling: false, paths: [] });
  #remote = credentials[0]!;
  #before = this.peer.local;

  tell(step: Event): void {
    const { agent } = this.peer;
    const { now } = this.network;
    switch (step.kind) {
      case 'path':
        agent.addPath(paths[step.path]!, now);
        break;
      case 'noPath':
        agent.removePath(paths[step.path]!, now);
        break;
      case 'remote':
        this.#remote = credentials[step.which]!;
        agent.setRemote({ ...this.#remote, lite: step.lite }, now);
        break;
      case 'restart':
        this.#before = this.peer.local;
        this.peer.local = makeIceCredentials();
        agent.restart(this.peer.local, now);
        break;
      case 'candidate': {
        const fields = { foundation: '1', transport: 'udp', type: 'host' } as const;
        agent.addRemoteCandidate({ ...far[step.from]!, ...fields, priority: step.priority }, now);
        break;
      }
      case 'request': {
        const local = step.old ? this.#before : this.peer.local;
        const check = connectivityCheck({
          transactionId: Buffer.from(Array.from({ length: 12 }, () => this.network.random() * 256)),
          username: { to: local.ufrag, from: this.#remote.ufrag },
          password: local.pwd,
          priority: 1_000,
          role: { controlling: step.controlling, tieBreaker: 2n ** 63n },
          useCandidate: step.nominates,
        });
        this.peer.take(check, paths[step.path]!, far[step.from]!);
        break;
      }
      case 'answer': {
        const asked = this.network.sent.filter(({ bytes }) => isCheck(bytes)).at(-1 - step.back);
        if (!asked) break;
        const id = asked.bytes.subarray(8, 20);
        const response =
          step.result === 'success'
            ? successResponse(id, asked.from, this.#remote.pwd)!
            : errorResponse(id, step.result, this.#remote.pwd);
        const path = paths.find(({ endpoint }) => endpoint.address === asked.from.address)!;
        this.peer.take(response, path, asked.to);
        break;
      }
      case 'time':
        this.network.run(step.byMs);
        break;
    }
  }
}

test('whatever happens in whatever order, an agent keeps its bounds and its word', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
      const story = new Story();
      const { agent, known } = story.peer;
      for (const step of events) {
        story.tell(step);
        expect(agent.pairs.length).toBeLessThanOrEqual(2 * maxPairs);
        expect(agent.ufrags.length).toBeLessThanOrEqual(2);
        // Packets go only to where the peer has answered from.
        const selected = agent.selected;
        expect(agent.maySend).toBe(selected !== undefined);
        if (selected) expect(known.get(key(selected))).toBe('validated');
        // What the edge was told is what there is.
        const told = new Set(agent.pairs.map((pair) => key({ ...pair, path: pair.path as TestPath })));
        for (const endpoint of known.keys()) expect(told.has(endpoint)).toBe(true);
        expect(agent.deadline ?? Infinity).toBeGreaterThan(0);
        if (agent.state === 'failed') expect(agent.pairs).toEqual([]);
      }
      // Left alone, it falls silent, and gives everything back.
      story.network.run(100_000);
      if (agent.state !== 'new') expect(['failed', 'new']).toContain(agent.state);
      const sent = story.network.sent.length;
      story.network.now = ms(story.network.now + 1);
      story.network.run(100_000);
      expect(story.network.sent.length).toBe(sent);
      agent.close();
      expect(known.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

function key({ path, endpoint }: { path: TestPath; endpoint: { address: string; port: number } }): string {
  return `${path.id} ${endpoint.address} ${endpoint.port}`;
}
