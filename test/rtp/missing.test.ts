import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MissingPackets } from '../../src/rtp/missing.ts';
import { ms } from './frames.ts';

function missing(...came: number[]) {
  const list = new MissingPackets();
  for (const n of came) list.received(n, ms(0));
  return list;
}

test('what is missing between two packets is asked for, in order, over a wrap as anywhere', () => {
  expect(missing(65_534, 65_538).due(ms(5))).toEqual([65_535, 65_536, 65_537]);
});

test('a packet that was only overtaken is not asked for', () => {
  const list = missing(0, 2);
  expect(list.due(ms(4))).toEqual([]);
  list.received(1, ms(4));
  expect(list.due(ms(5))).toEqual([]);
  expect(list.deadline).toBeUndefined();
});

test('a packet is asked for again after a round trip, ten times, and not after a second', () => {
  const asks = (roundTripMs?: number) => {
    const list = missing(0, 2);
    const times: number[] = [];
    for (let now = 0; now < 5_000; now++) if (list.due(ms(now), roundTripMs).length > 0) times.push(now);
    expect(list.size).toBe(0);
    return times;
  };
  expect(asks()).toEqual([5, 105, 205, 305, 405, 505, 605, 705, 805, 905]);
  expect(asks(400)).toEqual([5, 405, 805]);
  // Never sooner than 20 ms, however near the other end says it is.
  expect(asks(1)).toEqual([5, 25, 45, 65, 85, 105, 125, 145, 165, 185]);
});

test('the answer to the last time a packet was asked for is still known to be one', () => {
  const list = missing(0, 2);
  for (let now = 0; now <= 905; now++) list.due(ms(now));
  expect(list.recovered(1)).toBe(true);
  expect(list.recovered(1)).toBe(false);
});

test('the deadline is the earliest time a packet is to be asked for', () => {
  const list = missing(0, 2);
  expect(list.deadline).toBe(5);
  list.due(ms(5), 50);
  list.received(4, ms(20));
  expect(list.deadline).toBe(25);
  list.due(ms(25), 50);
  expect(list.deadline).toBe(55);
});

test('a jump of thousands asks for nothing, and gives up what was missing before it', () => {
  const list = missing(0, 2, 2_000);
  expect(list.size).toBe(0);
  expect(list.due(ms(10))).toEqual([]);
});

test('no more than 256 packets are ever missing, and the newest are kept', () => {
  const list = missing(0, 200, 400);
  expect(list.size).toBe(256);
  expect(list.due(ms(5)).at(-1)).toBe(399);
});

test('over any loss, order and doubling around wraps, exactly what did not come is asked for', () => {
  const fate = fc.record({ lost: fc.boolean(), late: fc.nat(30), twice: fc.boolean() });
  fc.assert(
    fc.property(fc.nat(0x1_0000), fc.array(fate, { minLength: 2, maxLength: 200 }), (start, fates) => {
      const list = new MissingPackets();
      const arrivals = fates
        .flatMap(({ lost, late, twice }, n) => {
          if (n === 0) return [{ n, at: 0 }];
          if (lost) return [];
          return [{ n, at: n * 20 + late * 10 }, ...(twice ? [{ n, at: n * 20 + late * 12 }] : [])];
        })
        .sort((a, b) => a.at - b.at);
      const came = new Set<number>();
      const seenMissingAt = new Map<number, number>();
      let highest = 0;
      let at = 0;
      const end = fates.length * 20 + 2_000;
      for (let now = 0; now < end; now += 5) {
        for (; at < arrivals.length && arrivals[at]!.at <= now; at++) {
          const { n } = arrivals[at]!;
          for (let lost = highest + 1; lost < n; lost++) seenMissingAt.set(lost, now);
          highest = Math.max(highest, n);
          came.add(n);
          list.received(start + n, ms(now));
        }
        // The model: missing since a later one came, 5 ms ago or more, and not come by now.
        const expected = [...seenMissingAt]
          .filter(([n, since]) => !came.has(n) && now - since >= 5 && (now - since - 5) % 100 === 0)
          .filter(([, since]) => now - since <= 905)
          .map(([n]) => start + n)
          .sort((a, b) => a - b);
        expect(list.due(ms(now))).toEqual(expected);
        expect(list.size).toBeLessThanOrEqual(256);
      }
      expect(list.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});
