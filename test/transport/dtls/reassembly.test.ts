import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HandshakeFragment } from '../../../src/transport/dtls/handshake-message.ts';
import { Reassembly } from '../../../src/transport/dtls/reassembly.ts';

function takeAll(reassembly: Reassembly) {
  const taken: { type: number; sequence: number; body: string }[] = [];
  for (let message = reassembly.take(); message; message = reassembly.take()) {
    taken.push({ ...message, body: Buffer.from(message.body).toString('hex') });
  }
  return taken;
}

test('messages come out whole and in order from fragments in any order, overlapping and repeated', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      messages,
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 40 }),
      fc.nat(),
      (bodies, cuts, turn) => {
        const fragment = (sequence: number, from: number, to: number): HandshakeFragment => ({
          type: 11 + sequence,
          sequence,
          length: bodies[sequence]!.length,
          offset: from,
          bytes: bodies[sequence]!.subarray(from, to),
        });
        // Any pieces first, then halves of each message from a turned order, so that all comes at last.
        const pieces = cuts.map(([which, one, other]) => {
          const sequence = which % bodies.length;
          const length = bodies[sequence]!.length + 1;
          return fragment(
            sequence,
            Math.min(one % length, other % length),
            Math.max(one % length, other % length),
          );
        });
        const halves = bodies.flatMap(({ length }, sequence) => [
          fragment(sequence, length >> 1, length),
          fragment(sequence, 0, length >> 1),
        ]);
        const reassembly = new Reassembly();
        const taken = [];
        for (const piece of [...pieces, ...halves.slice(turn % halves.length), ...halves]) {
          expect(reassembly.add(piece)).not.toBe('dropped');
          taken.push(...takeAll(reassembly));
        }
        expect(taken).toEqual(
          bodies.map((body, sequence) => ({
            type: 11 + sequence,
            sequence,
            body: Buffer.from(body).toString('hex'),
          })),
        );
        expect(reassembly.keptBytes).toBe(0);
        expect(reassembly.add(halves[0]!)).toBe('old');
      },
    ),
  );
});

test('what it keeps stays within 16 kB, whatever comes', () => {
  const fragment = fc
    .record({
      type: fc.nat(30),
      sequence: fc.nat(12),
      length: fc.nat(20_000),
      offset: fc.nat(20_000),
      size: fc.nat(1_200),
    })
    .map(({ size, ...rest }) => ({
      ...rest,
      bytes: new Uint8Array(Math.max(0, Math.min(size, rest.length - rest.offset))),
    }))
    .filter(({ length, offset }) => offset <= length);
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 60 }), (fragments) => {
      const reassembly = new Reassembly();
      for (const piece of fragments) {
        reassembly.add(piece);
        reassembly.take();
        expect(reassembly.keptBytes).toBeLessThanOrEqual(16_384);
      }
    }),
  );
});

test('the message that is due finds room among messages that are not', () => {
  const reassembly = new Reassembly();
  for (let sequence = 1; sequence < 8; sequence += 1) {
    reassembly.add({ type: 11, sequence, length: 5_000, offset: 0, bytes: new Uint8Array(10) });
  }
  expect(
    reassembly.add({ type: 11, sequence: 0, length: 9_000, offset: 0, bytes: new Uint8Array(9_000) }),
  ).toBe('kept');
  expect(reassembly.take()?.body).toHaveLength(9_000);
});
