/**
 * The one clock of the device.
 *
 * Media and timers run on {@link MonotonicMs}, which on Linux is CLOCK_MONOTONIC: the clock of V4L2's capture
 * timestamps, so a frame's time needs no translation. {@link WallMs} is for people and for RTCP sender reports.
 */

/** Milliseconds (fractional) since an arbitrary start; never steps. */
export type MonotonicMs = number & { readonly __unit: 'monotonic ms' };
/** Milliseconds since 1970-01-01T00:00:00Z, as the system believes; may step. */
export type WallMs = number & { readonly __unit: 'wall ms' };

/** What a core is given in place of reading the time itself. */
export interface Clock {
  now(): MonotonicMs;
  wall(): WallMs;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => (Number(process.hrtime.bigint()) / 1e6) as MonotonicMs,
  wall: () => Date.now() as WallMs,
};

/** The device's IANA time zone. */
export function systemZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
