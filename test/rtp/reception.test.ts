import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WallMs } from '../../src/clock.ts';
import { Reception } from '../../src/rtp/reception.ts';
import { middle32, ntpTime } from '../../src/rtp/rtcp/ntp.ts';
import { ms } from './frames.ts';

/** Packets of 20 ms at 48 kHz, each as it was sent and when it came. */
function reception(packets: readonly { n: number; at?: number }[], start = 0) {
  const heard = new Reception(7, 48_000);
  for (const { n, at } of packets) heard.received((start + n) & 0xffff, (n * 960) >>> 0, ms(at ?? n * 20));
  return heard;
}

const sent = (...numbers: number[]) => numbers.map((n) => ({ n }));

test('of four packets sent, one lost is a quarter, and counted', () => {
  expect(reception(sent(0, 1, 3)).report(ms(100))).toEqual({
    ssrc: 7,
    fractionLost: 0.25,
    packetsLost: 1,
    highestSequence: 3,
    jitter: 0,
    lastSenderReport: 0,
    delaySinceLastSenderReport: 0,
  });
});

test('the fraction is of the packets since the last report, the count of all', () => {
  const heard = reception(sent(0, 1, 3));
  heard.report(ms(100));
  for (const n of [4, 5, 6, 7]) heard.received(n, n * 960, ms(n * 20));
  expect(heard.report(ms(200))).toMatchObject({ fractionLost: 0, packetsLost: 1, highestSequence: 7 });
});

test('where nothing came since the last report there is none', () => {
  const heard = reception(sent(0, 1));
  expect(heard.report(ms(100))).toBeDefined();
  expect(heard.report(ms(1_100))).toBeUndefined();
  expect(new Reception(7, 48_000).report(ms(0))).toBeUndefined();
});

test('packets that come twice make the count negative and the fraction nothing', () => {
  expect(reception(sent(0, 1, 1, 1)).report(ms(100))).toMatchObject({ fractionLost: 0, packetsLost: -2 });
});

test('the highest sequence number counts rollovers', () => {
  expect(reception(sent(0, 1, 2, 3), 65_534).report(ms(100))).toMatchObject({
    packetsLost: 0,
    highestSequence: 0x1_0001,
  });
});

test('a sender that begins anew is counted anew', () => {
  const heard = reception(sent(0, 1, 5));
  heard.received(40_000, 0, ms(200));
  heard.received(40_001, 960, ms(220));
  heard.received(40_002, 1_920, ms(240));
  expect(heard.report(ms(300))).toMatchObject({ fractionLost: 0, packetsLost: 0, highestSequence: 40_002 });
});

test('jitter is the mean deviation of RFC 3550, A.8, in timestamp units', () => {
  // 8 ms late once: 384 ticks, a sixteenth of them; then 8 ms early again.
  const heard = reception([{ n: 0 }, { n: 1, at: 28 }, { n: 2, at: 40 }]);
  expect(heard.report(ms(100))?.jitter).toBe(Math.floor(24 + (384 - 24) / 16));
});

test('jitter settles at the deviation that goes on, whatever the timestamps wrap over', () => {
  const heard = new Reception(7, 48_000);
  for (let n = 0; n < 500; n++) heard.received(n, (0xffff_0000 + n * 960) >>> 0, ms(n * 20 + (n % 2) * 5));
  expect(heard.report(ms(20_000))?.jitter).toBeGreaterThan(230);
  expect(new Reception(7, 48_000).report(ms(0))).toBeUndefined();
});

test('a report tells of the last sender report, so that the sender can subtract our time and knows the round trip', () => {
  const heard = reception(sent(0));
  const ntp = ntpTime(1_700_000_000_000 as WallMs);
  heard.senderReport(ntp, ms(1_000));
  expect(heard.report(ms(1_500))).toMatchObject({
    lastSenderReport: middle32(ntp),
    delaySinceLastSenderReport: 32_768,
  });
});

test('lost and highest agree with a plain count over any loss, order and doubling around a wrap', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.array(fc.record({ lost: fc.boolean(), late: fc.nat(20), twice: fc.boolean() }), {
        minLength: 1,
        maxLength: 300,
      }),
      (start, fates) => {
        const arrivals = fates.flatMap(({ lost, late, twice }, n) =>
          lost && n > 0
            ? []
            : [{ n, order: n + (n === 0 ? 0 : late) }, ...(twice && n > 0 ? [{ n, order: n + late }] : [])],
        );
        arrivals.sort((a, b) => a.order - b.order);
        const heard = reception(arrivals, start);
        const last = Math.max(...arrivals.map(({ n }) => n));
        expect(heard.report(ms(10_000))).toMatchObject({
          highestSequence: start + last,
          packetsLost: last + 1 - arrivals.length,
        });
      },
    ),
  );
});
