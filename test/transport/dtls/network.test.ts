import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecords } from '../../../src/transport/dtls/record.ts';
import { type End, type Fate, makeCertificate, Network, pairOf } from './pair.ts';

const certificates = [await makeCertificate(), await makeCertificate()] as const;

function expectConnected(client: End, server: End, maxDatagramBytes: number) {
  expect([client.ended, server.ended]).toEqual([[], []]);
  expect([client.connected.length, server.connected.length]).toEqual([1, 1]);
  expect(client.connected[0]).toEqual({
    local: server.connected[0]!.remote,
    remote: server.connected[0]!.local,
  });
  for (const { sent } of [client, server]) {
    for (const datagram of sent) expect(datagram.length).toBeLessThanOrEqual(maxDatagramBytes);
    const numbers = sent.flatMap(readRecords).map(({ epoch, sequence }) => `${epoch}.${sequence}`);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
}

/** Lost, delivered once, or twice at different times. */
const anyFate = fc.oneof(fc.constant([]), fc.tuple(fc.nat(400)), fc.tuple(fc.nat(400), fc.nat(400)));

test('whatever is lost, late, doubled or out of order at first, both connect once the network heals', () => {
  fc.assert(
    fc.property(
      fc.array(anyFate, { maxLength: 12 }),
      fc.integer({ min: 128, max: 1_200 }),
      fc.nat(50),
      (fates, maxDatagramBytes, delay) => {
        const { client, server } = pairOf(certificates, { maxDatagramBytes });
        const script: (readonly number[])[] = [...fates];
        const network = new Network(client, server, () => script.shift() ?? [delay]);
        network.connect();
        expectConnected(client, server, maxDatagramBytes);
        network.fate = () => [delay];
        client.connection.send(Buffer.from('one'));
        server.connection.send(Buffer.from('two'));
        network.run();
        expect([client.received, server.received]).toEqual([['two'], ['one']]);
      },
    ),
    { numRuns: 100 },
  );
});

test('a path that loses every fifth datagram, doubles every tenth and mixes all of them connects', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = generator(seed);
      const fate: Fate = () => {
        if (random() < 0.2) return [];
        const delay = () => 10 + 150 * random();
        return random() < 0.1 ? [delay(), delay()] : [delay()];
      };
      const { client, server } = pairOf(certificates, { maxDatagramBytes: 300 });
      new Network(client, server, fate).connect();
      expectConnected(client, server, 300);
    }),
    { numRuns: 50 },
  );
});

test.each(['client', 'server'] as const)(
  'any one datagram of the %s is lost: one repetition mends it',
  (role) => {
    for (let lost = 0; lost < 2; lost += 1) {
      const { client, server } = pairOf(certificates);
      let seen = 0;
      const network = new Network(client, server, (_, to) => {
        if ((to === server) !== (role === 'client')) return [1];
        seen += 1;
        return seen - 1 === lost ? [] : [1];
      });
      network.start();
      network.run(network.now + 130);
      expectConnected(client, server, 1_200);
    }
  },
);

/** Mulberry32: a small generator that a seed replays. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
