import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RetransmissionBudget } from '../../src/rtp/retransmission-budget.ts';

test('what is spent in any time is at most what was earned in it and the cap before it', () => {
  const step = fc.record({
    gapMs: fc.oneof(fc.nat(100), fc.integer({ min: -3_000, max: 3_000 })),
    earned: fc.nat(50_000),
    spent: fc.array(fc.nat(60_000), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const budget = new RetransmissionBudget();
      /** Of each time that ends now: what may still be spent. */
      let left: number[] = [];
      let now = 0;
      for (const { gapMs, earned, spent } of steps) {
        now += gapMs;
        left = [...left, budget.capBytes].map((bytes) => bytes + earned);
        budget.earn(earned, now);
        const taken = spent.filter((bytes) => budget.spend(bytes)).reduce((sum, bytes) => sum + bytes, 0);
        left = left.map((bytes) => bytes - taken);
        expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('nothing can be spent before something is earned, and nothing is taken where it is too little', () => {
  const budget = new RetransmissionBudget();
  expect(budget.spend(1)).toBe(false);
  budget.earn(1_000, 0);
  expect([budget.spend(1_001), budget.spend(600), budget.spend(600), budget.spend(400)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

test('a second of the stream is saved, however long nothing is lost', () => {
  const budget = new RetransmissionBudget();
  for (let now = 0; now < 60_000; now += 20) budget.earn(100, now);
  expect(budget.capBytes).toBe(5_000);
  expect([budget.spend(5_001), budget.spend(5_000), budget.spend(1)]).toEqual([false, true, false]);
});

test('a keyframe can be repaired for a second, then the cap is that of the frames after it', () => {
  const budget = new RetransmissionBudget();
  budget.earn(80_000, 0);
  for (let now = 20; now < 1_020; now += 20) budget.earn(10, now);
  expect(budget.capBytes).toBeGreaterThanOrEqual(80_000);
  for (let now = 1_020; now < 3_000; now += 20) budget.earn(10, now);
  expect(budget.capBytes).toBe(500);
  expect(budget.spend(501)).toBe(false);
});
