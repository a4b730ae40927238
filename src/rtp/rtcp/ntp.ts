import type { WallMs } from '../../clock.ts';

/** Seconds from 1900 (NTP) to 1970 (Unix), RFC 5905, 6. */
const ntpEpochOffsetSeconds = 2_208_988_800n;

/** 64-bit NTP time of a wall time: seconds in the upper half, binary fraction in the lower (RFC 3550, 4). */
export function ntpTime(wall: WallMs): bigint {
  const microseconds = BigInt(Math.round(wall * 1000));
  const seconds = microseconds / 1_000_000n;
  const fraction = ((microseconds % 1_000_000n) << 32n) / 1_000_000n;
  return ((seconds + ntpEpochOffsetSeconds) << 32n) | fraction;
}

/** Middle 32 bits of an NTP time: the LSR field, and what round trips are counted in (1/65536 s). */
export function middle32(ntp: bigint): number {
  return Number((ntp >> 16n) & 0xffff_ffffn);
}
