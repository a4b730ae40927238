import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { JitterBuffer } from '../../src/rtp/jitter-buffer.ts';

const ms = (value: number) => value as MonotonicMs;

/** A packet whose payload says which it was. */
function packet(n: number, sequenceStart = 0, timestampStart = 0) {
  return {
    sequenceNumber: (sequenceStart + n) & 0xffff,
    timestamp: (timestampStart + n * 960) >>> 0,
    payload: Uint8Array.of(n >> 8, n & 255),
  };
}

/** What was pulled, in short: a packet's number, `lost`, `lost+5` with packet 5 in hand, or `-`. */
function pull(buffer: JitterBuffer, now: number): number | string {
  const it = buffer.pull(ms(now));
  const number = (payload: Uint8Array) => (payload[0]! << 8) | payload[1]!;
  if (it.kind === 'empty') return '-';
  if (it.kind === 'packet') return number(it.payload);
  return it.next ? `lost+${number(it.next)}` : 'lost';
}

/** Feeds packets at their arrival times, and pulls each 20 ms from 10 ms on. */
function run(arrivals: readonly (readonly [at: number, n: number])[], untilMs: number, start = 0) {
  const buffer = new JitterBuffer();
  const sorted = arrivals.toSorted((a, b) => a[0] - b[0]);
  const played: (number | string)[] = [];
  for (let now = 10, i = 0; now < untilMs; now += 20) {
    for (; i < sorted.length && sorted[i]![0] <= now; i++) {
      buffer.insert(packet(sorted[i]![1], start, start * 70_000), ms(sorted[i]![0]));
    }
    played.push(pull(buffer, now));
  }
  return { buffer, played };
}

const punctual = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => [(from + i) * 20, from + i] as const);

test('the first packet is played when it has waited for the target, then one each 20 ms', () => {
  const { played, buffer } = run(punctual(0, 10), 200);
  expect(played).toEqual(['-', '-', '-', 0, 1, 2, 3, 4, 5, 6]);
  expect(buffer.counts).toEqual({ received: 10, duplicate: 0, late: 0, lost: 0, skipped: 0 });
});

test('packets that changed places on the way are played in order', () => {
  const { played } = run(
    [
      [0, 1],
      [1, 0],
      [40, 3],
      [41, 2],
      [80, 5],
      [81, 4],
    ],
    160,
  );
  expect(played.slice(-6)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('sequence numbers and timestamps wrap around unnoticed', () => {
  const { played, buffer } = run(punctual(0, 20), 400, 65_530);
  expect(played.slice(3)).toEqual(Array.from({ length: 17 }, (_, i) => i));
  expect(buffer.counts.lost).toBe(0);
});

test('a packet that comes twice is played once', () => {
  const { played, buffer } = run([...punctual(0, 6), [43, 2], [61, 3]], 160);
  expect(played.slice(3)).toEqual([0, 1, 2, 3, 4]);
  expect(buffer.counts.duplicate).toBe(2);
});

test('a lost packet is reported at its turn, with the next one for its FEC', () => {
  const { played, buffer } = run(
    punctual(0, 12).filter(([, n]) => n !== 5),
    240,
  );
  expect(played.slice(3)).toEqual([0, 1, 2, 3, 4, 'lost+6', 6, 7, 8]);
  expect(buffer.counts.lost).toBe(1);
});

test('of two lost in a row only the second has its successor at hand', () => {
  const { played } = run(
    punctual(0, 12).filter(([, n]) => n !== 5 && n !== 6),
    240,
  );
  expect(played.slice(3)).toEqual([0, 1, 2, 3, 4, 'lost', 'lost+7', 7, 8]);
});

test('a packet later than its turn is dropped and counted', () => {
  const { played, buffer } = run([...punctual(0, 12).filter(([, n]) => n !== 5), [190, 5]], 240);
  expect(played.slice(3)).toEqual([0, 1, 2, 3, 4, 'lost+6', 6, 7, 8]);
  expect(buffer.counts).toMatchObject({ late: 1, lost: 1 });
});

test('a pause is concealed for 60 ms, then empty, and the next word fills the buffer anew', () => {
  const { played } = run([...punctual(0, 4), ...punctual(20, 24)], 560);
  expect(played.slice(3, 12)).toEqual([0, 1, 2, 3, 'lost', 'lost', 'lost', '-', '-']);
  // Sequence numbers of this talker go on without a gap in time: 20 came at 400 ms, and is played 60 ms later.
  expect(played.slice(20, 27)).toEqual(['-', '-', '-', 20, 21, 22, 23]);
});

test('in a loss longer than the buffer, what was concealed while starved is not concealed twice', () => {
  // Packets 4 to 9 are lost; 4 and 5 pass while nothing waits.
  const { played } = run(
    punctual(0, 16).filter(([, n]) => n < 4 || n > 9),
    320,
  );
  const turns = played.slice(3);
  expect(turns.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(turns.slice(4, 10)).toEqual(['lost', 'lost', 'lost', 'lost', 'lost', 'lost+10']);
  expect(turns.slice(10)).toEqual([10, 11, 12]);
});

test('packets held up by the network are played late instead of lost, and the depth shows the delay', () => {
  const { played, buffer } = run(
    punctual(0, 20).map(([at, n]) => (n >= 5 && n <= 9 ? [200, n] : [at, n])),
    400,
  );
  const numbers = played.filter((it) => typeof it === 'number');
  expect(numbers).toEqual(numbers.map((_, i) => i));
  expect(numbers.length).toBeGreaterThanOrEqual(15);
  expect(buffer.counts.lost).toBe(0);
  expect(buffer.depthMs).toBeGreaterThan(60);
});

test('after a long hold-up the oldest are thrown away, so that the delay stays bounded', () => {
  const { played, buffer } = run(
    punctual(0, 60).map(([at, n]) => (n >= 5 && n < 40 ? [800, n] : [at, n])),
    1200,
  );
  expect(buffer.counts.skipped).toBeGreaterThan(20);
  // 59 came 10 ms before the last pull: what is played by then is about 60 ms old.
  expect([56, 57]).toContain(played.at(-1));
});

test('a talker who restarts at other numbers is heard again', () => {
  const buffer = new JitterBuffer();
  const played: (number | string)[] = [];
  for (let n = 0; n < 30; n++) {
    buffer.insert(n < 15 ? packet(n) : packet(n, 40_000, 123_456_789), ms(n * 20));
    played.push(pull(buffer, n * 20 + 10));
  }
  expect(played.slice(-10)).toEqual([17, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
});

test('one packet from elsewhere changes nothing', () => {
  const { played, buffer } = run(punctual(0, 12), 100);
  buffer.insert(packet(30_000), ms(101));
  expect(played.at(-1)).toBe(1);
  expect(pull(buffer, 110)).toBe(2);
});

test('a buffer that nobody pulls keeps the newest second at most', () => {
  const buffer = new JitterBuffer();
  for (let n = 0; n < 5000; n++) buffer.insert(packet(n), ms(n * 20));
  expect(buffer.size).toBeLessThanOrEqual(50);
  expect(pull(buffer, 100_000)).toBeGreaterThanOrEqual(4990);
});

test('the depth is the time a packet waits, averaged', () => {
  const { buffer } = run(punctual(0, 500), 10_000);
  expect(buffer.depthMs).toBeGreaterThan(60);
  expect(buffer.depthMs).toBeLessThan(80);
});

test('whatever comes whenever, nothing is played twice or out of order, and the buffer stays bounded', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.array(fc.record({ n: fc.nat(400), delay: fc.nat(300) }), { maxLength: 200 }),
      (start, packets) => {
        const { played, buffer } = run(
          packets.map(({ n, delay }) => [n * 20 + delay, n] as const),
          9_000,
          start,
        );
        const numbers = played.filter((it) => typeof it === 'number');
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
        expect(buffer.size).toBeLessThanOrEqual(50);
        const { received, duplicate, late, skipped } = buffer.counts;
        expect(numbers.length + duplicate + late + skipped + buffer.size).toBe(received);
      },
    ),
  );
});

test('any 16-bit sequence number, 32-bit timestamp and time is taken without an exception', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          sequenceNumber: fc.integer({ min: 0, max: 65_535 }),
          timestamp: fc.integer({ min: 0, max: 0xffffffff }),
          wait: fc.nat(100),
        }),
      ),
      (packets) => {
        const buffer = new JitterBuffer();
        let now = 0;
        for (const { wait, ...rest } of packets) {
          now += wait;
          buffer.insert({ ...rest, payload: new Uint8Array(1) }, ms(now));
          buffer.pull(ms(now));
          expect(buffer.size).toBeLessThanOrEqual(50);
          expect(buffer.depthMs).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});
