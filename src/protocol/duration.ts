import { z } from 'zod';

/** A length of time in milliseconds. */
export type DurationMs = number & { readonly __unit: 'duration ms' };

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const pattern = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;

/** Reads `250ms`, `10s`, `5m`, `1.5h`, `30d`; undefined for all else. */
export function durationMs(text: string): DurationMs | undefined {
  const found = pattern.exec(text.trim());
  if (!found) return undefined;
  return (Number(found[1]) * unitMs[found[2] as keyof typeof unitMs]) as DurationMs;
}

/** A length of time in a profile: a number with its unit. Comes out in milliseconds. */
export const Duration = z
  .string()
  .regex(pattern, 'a time with its unit: 250ms, 10s, 5m, 2h or 30d')
  .transform((text) => durationMs(text) as DurationMs);

/** {@link Duration} between two limits, both in its own spelling, as in `durationBetween('100ms', '1h')`. */
export function durationBetween(least: string, most: string) {
  const from = durationMs(least) ?? 0;
  const to = durationMs(most) ?? Number.POSITIVE_INFINITY;
  return Duration.refine((ms) => ms >= from && ms <= to, `from ${least} to ${most}`);
}
