import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arrivals } from '../../src/rtp/arrivals.ts';
import { readTransportFeedback } from '../../src/rtp/rtcp/transport-wide.ts';
import { ms } from './frames.ts';

const parties = { from: 1, about: 2 };
const read = (arrivals: Arrivals, now: number) =>
  arrivals.feedback(parties, ms(now)).map((packet) => readTransportFeedback(packet)!);

test('the first packet is told of at once, the others every 100 ms while packets come', () => {
  const arrivals = new Arrivals();
  expect(arrivals.deadline).toBeUndefined();
  arrivals.received(7, ms(1_000));
  expect(arrivals.deadline).toBe(1_000);
  expect(read(arrivals, 1_000)).toMatchObject([{ baseSequence: 7, packetCount: 1, feedbackCount: 0 }]);
  expect(arrivals.deadline).toBeUndefined();
  arrivals.received(8, ms(1_020));
  arrivals.received(9, ms(1_040));
  expect(arrivals.deadline).toBe(1_100);
  expect(read(arrivals, 1_100)).toMatchObject([{ baseSequence: 8, packetCount: 2, feedbackCount: 1 }]);
  arrivals.received(10, ms(5_000));
  expect(arrivals.deadline).toBe(5_000);
});

test('what was lost between two feedbacks is in the second', () => {
  const arrivals = new Arrivals();
  arrivals.received(65_534, ms(0));
  read(arrivals, 0);
  arrivals.received(1, ms(20));
  expect(read(arrivals, 100)).toMatchObject([
    { baseSequence: 65_535, packetCount: 3, received: [{ sequenceNumber: 1 }] },
  ]);
});

test('a packet that comes after a feedback called it lost is told of alone, and once', () => {
  const arrivals = new Arrivals();
  for (const n of [0, 1, 3, 5]) arrivals.received(n, ms(n));
  read(arrivals, 10);
  for (const n of [2, 6]) arrivals.received(n, ms(20));
  expect(read(arrivals, 110)).toMatchObject([
    { baseSequence: 2, packetCount: 1 },
    { baseSequence: 6, packetCount: 1 },
  ]);
});

test('a sender that numbers anew is followed', () => {
  const arrivals = new Arrivals();
  for (const n of [10, 11, 40_000, 40_001, 40_002]) arrivals.received(n, ms(0));
  expect(read(arrivals, 0)).toMatchObject([{ baseSequence: 40_001, packetCount: 2 }]);
});

test('a session that sends for hours without feedback costs no more memory', () => {
  const arrivals = new Arrivals();
  for (let n = 0; n < 100_000; n++) arrivals.received(n & 0xffff, ms(n));
  const told = read(arrivals, 100_000);
  expect(told.length).toBeLessThanOrEqual(40);
  expect(told.flatMap(({ received }) => received).length).toBeLessThanOrEqual(4_096);
});

test('over any loss, order and doubling around the wrap, each packet is told of once with its time, and no other', () => {
  const fate = fc.record({ lost: fc.boolean(), late: fc.nat(400), twice: fc.boolean() });
  fc.assert(
    fc.property(fc.nat(0xffff), fc.array(fate, { minLength: 1, maxLength: 300 }), (start, fates) => {
      const arrivals = new Arrivals();
      const came = fates
        .flatMap(({ lost, late, twice }, n) =>
          lost ? [] : [{ n, at: n * 4 + late }, ...(twice ? [{ n, at: n * 4 + late + 1 }] : [])],
        )
        .sort((a, b) => a.at - b.at);
      const told = new Map<number, number>();
      let count = 0;
      let at = 0;
      for (let now = 0; now <= fates.length * 4 + 600; now += 20) {
        for (; at < came.length && came[at]!.at <= now; at++)
          arrivals.received((start + came[at]!.n) & 0xffff, ms(came[at]!.at));
        if (arrivals.deadline === undefined || arrivals.deadline > now) continue;
        for (const feedback of read(arrivals, now)) {
          expect(feedback.feedbackCount).toBe(count++ & 0xff);
          for (const { sequenceNumber, atMs } of feedback.received) {
            const n = (sequenceNumber - start) & 0xffff;
            // The second of two that came late, in different feedbacks, tells a later time: senders keep the first.
            if (!told.has(n)) told.set(n, atMs);
          }
        }
      }
      const first = new Map<number, number>();
      for (const { n, at: time } of came) if (!first.has(n)) first.set(n, time);
      expect(new Map([...told].sort(([a], [b]) => a - b))).toEqual(
        new Map([...first].sort(([a], [b]) => a - b)),
      );
    }),
  );
});
