import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pacer, paceBurst, paceMs } from '../../../src/transport/ice/pacer.ts';
import { ms } from './network.ts';

test('eight go at once, then one every 20 ms, and eight again after a quiet time', () => {
  const pacer = new Pacer();
  const taken = (at: number) => Array.from({ length: 20 }, () => pacer.take(ms(at))).filter(Boolean).length;
  expect(taken(1_000)).toBe(paceBurst);
  expect(pacer.nextMs).toBe(1_000 + paceMs);
  expect(taken(1_000 + paceMs - 1)).toBe(0);
  expect(taken(1_000 + paceMs)).toBe(1);
  expect(taken(60_000)).toBe(paceBurst);
});

test('in no stretch of time are there more than the burst and one every 20 ms', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 200, size: 'max' }), (waits) => {
      const pacer = new Pacer();
      let now = 5;
      const times: number[] = [];
      for (const wait of waits) {
        now += wait / 3;
        if (pacer.take(ms(now))) times.push(now);
        else expect(pacer.nextMs).toBeGreaterThan(now);
      }
      // Counted, since an assertion for each stretch would be ten thousand.
      const tooMany = times.flatMap((from, index) =>
        times.slice(index).filter((to, further) => further + 1 > paceBurst + (to - from) / paceMs + 1e-6),
      );
      expect(tooMany).toEqual([]);
    }),
  );
});
