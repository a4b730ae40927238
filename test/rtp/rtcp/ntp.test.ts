import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WallMs } from '../../../src/clock.ts';
import { middle32, ntpTime } from '../../../src/rtp/rtcp/ntp.ts';

const wall = (ms: number) => ms as WallMs;

test('NTP times are right to the fraction', () => {
  expect(ntpTime(wall(0))).toBe(0x83aa_7e80_0000_0000n);
  expect(ntpTime(wall(500))).toBe(0x83aa_7e80_8000_0000n);
  expect(ntpTime(wall(250.5))).toBe(0x83aa_7e80_0000_0000n + (250_500n << 32n) / 1_000_000n);
  // 2024-01-01T00:00:00Z
  expect(ntpTime(wall(1_704_067_200_000)) >> 32n).toBe(3_913_056_000n);
});

test('an NTP time read back is the wall time, to a microsecond, until its era ends in 2036', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2_085_978_495_999, noNaN: true }), (ms) => {
      const ntp = ntpTime(wall(ms));
      expect(ntp).toBeLessThan(1n << 64n);
      const back =
        Number((ntp >> 32n) - 2_208_988_800n) * 1_000 + (Number(ntp & 0xffff_ffffn) / 2 ** 32) * 1_000;
      expect(Math.abs(back - ms)).toBeLessThan(0.002);
    }),
  );
});

test('the middle of an NTP time counts 1/65536 s', () => {
  expect(middle32(0x1122_3344_5566_7788n)).toBe(0x3344_5566);
  expect((middle32(ntpTime(wall(2_000))) - middle32(ntpTime(wall(1_000)))) >>> 0).toBe(65_536);
});
