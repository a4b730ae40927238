import { expect, test } from 'vitest';
import { changeOfMindMs } from '../../../src/transport/ice/choice.ts';
import { silentMs } from '../../../src/transport/ice/consent.ts';
import { HandPeer, isCheck, Network, Peer, udpPath } from './network.ts';

const direct = { address: '198.51.100.1', port: 50_000 };
const relayed = { address: '203.0.113.9', port: 3_478 };

/** A controlled agent, and a peer made by hand with two addresses, the first of which has the better priority. */
function setUp() {
  const network = new Network();
  const peer = new Peer(network, { controlling: false, paths: [udpPath('192.0.2.1')] });
  const far = new HandPeer(peer);
  const path = peer.paths[0]!;
  const ask = (from: typeof direct, useCandidate: boolean) => {
    const priority = from === direct ? 2_000_000_000 : 1_000;
    peer.take(far.check({ useCandidate, priority }), path, from);
  };
  const answer = (from: typeof direct) =>
    peer.take(far.success(far.lastCheck(from)!, path.endpoint), path, from);
  const selected = () => peer.agent.selected?.endpoint;
  /** Time in which the peer answers consent. */
  const live = (durationMs: number) => {
    const until = network.now + durationMs;
    while (network.now < until) {
      const seen = network.sent.length;
      network.run(Math.min(200, until - network.now));
      for (const { to, bytes } of network.sent.slice(seen)) {
        if (isCheck(bytes)) peer.take(far.success(bytes, path.endpoint), path, to);
      }
    }
  };
  return { peer, ask, answer, selected, live };
}

test('before anything is nominated packets go over the best pair that is valid', () => {
  const { ask, answer, selected } = setUp();
  ask(relayed, false);
  ask(direct, false);
  expect(selected()).toBeUndefined();
  answer(relayed);
  expect(selected()).toEqual(relayed);
  answer(direct);
  expect(selected()).toEqual(direct);
});

test('a nominated pair comes before a better one that is not', () => {
  const { ask, answer, selected } = setUp();
  ask(direct, false);
  ask(relayed, true);
  answer(direct);
  expect(selected()).toEqual(direct);
  answer(relayed);
  expect(selected()).toEqual(relayed);
});

test('of pairs nominated together the best one counts, in whatever order they come', () => {
  for (const order of [
    [direct, relayed],
    [relayed, direct],
  ]) {
    const { ask, answer, selected, live } = setUp();
    for (const from of order) {
      ask(from, true);
      answer(from);
    }
    expect(selected()).toEqual(direct);
    live(20_000);
    expect(selected()).toEqual(direct);
  }
});

test('a worse pair nominated later is what the peer wants now, once its address has answered lately', () => {
  const { peer, ask, answer, selected, live } = setUp();
  ask(direct, true);
  answer(direct);
  ask(relayed, false);
  answer(relayed);
  live(20_000);
  expect(selected()).toEqual(direct);
  ask(relayed, true);
  // Its last answer is 20 s old, so it is asked first.
  expect(selected()).toEqual(direct);
  answer(relayed);
  expect(selected()).toEqual(relayed);
  live(40_000);
  expect(selected()).toEqual(relayed);
  expect(peer.states).toEqual(['checking', 'connected']);
});

test('a nomination repeated on the selected pair keeps it', () => {
  const { ask, answer, selected, live } = setUp();
  for (const from of [direct, relayed]) {
    ask(from, true);
    answer(from);
  }
  live(changeOfMindMs / 2);
  ask(direct, true);
  live(changeOfMindMs);
  expect(selected()).toEqual(direct);
});

test('a pair that was taken while the nominated one was dumb is left when that one is back', () => {
  const { peer, ask, answer, selected, live } = setUp();
  ask(direct, true);
  answer(direct);
  ask(relayed, false);
  answer(relayed);
  peer.network.run(silentMs, () => peer.agent.state === 'disconnected');
  answer(relayed);
  expect(selected()).toEqual(relayed);
  live(20_000);
  ask(direct, false);
  expect(selected()).toEqual(relayed);
  answer(direct);
  expect(selected()).toEqual(direct);
});
