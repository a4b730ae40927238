import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstPacketIndexes, packetIndexNear } from '../../../src/transport/srtp/rollover.ts';

const anyIndex = fc.oneof(
  fc.nat(0x2_0000),
  // On either side of a wrap, of any wrap that a double holds.
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.integer({ min: -40_000, max: 40_000 }))
    .map(([wraps, offset]) => Math.min(wraps * 0x1_0000 + offset, 2 ** 48 - 1)),
);

test('a packet less than half the sequence numbers away from the newest keeps its index, over any wrap', () => {
  fc.assert(
    fc.property(anyIndex, fc.integer({ min: -0x7fff, max: 0x7fff }), (newest, distance) => {
      const index = newest + distance;
      fc.pre(index >= 0 && index < 2 ** 48);
      expect(packetIndexNear(index % 0x1_0000, newest)).toBe(index);
    }),
    { numRuns: 2_000 },
  );
});

test('what is guessed always ends in the sequence number and is an index', () => {
  fc.assert(
    fc.property(anyIndex, fc.nat(0xffff), (newest, sequenceNumber) => {
      const index = packetIndexNear(sequenceNumber, newest);
      expect(index % 0x1_0000).toBe(sequenceNumber);
      expect(index).toBeGreaterThanOrEqual(0);
      expect(index).toBeLessThan(2 ** 48);
    }),
  );
});

test('RFC 3711, appendix A: the counter goes up, stays or goes down', () => {
  expect(packetIndexNear(0x0001, 0x3_ffff)).toBe(0x4_0001);
  expect(packetIndexNear(0xfffe, 0x3_ffff)).toBe(0x3_fffe);
  expect(packetIndexNear(0xffff, 0x4_0001)).toBe(0x3_ffff);
  // There is nothing before the first wrap.
  expect(packetIndexNear(0xffff, 1)).toBe(0xffff);
});

test('a stream may be heard from before its first wrap, or from just after it', () => {
  expect(firstPacketIndexes(0xffff)).toEqual([0xffff]);
  expect(firstPacketIndexes(3)).toEqual([3, 0x1_0003]);
});
