import { z } from 'zod';
import { durationMs } from '../protocol/duration.ts';

const yearMs = 365 * 86_400_000;
const sizeUnits = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;
const sizePattern = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)$/;
const percentPattern = /^(\d+(?:\.\d+)?)\s*%$/;

/** How long something is kept: a time as everywhere, or years of 365 days. Comes out in milliseconds. */
const KeepTime = z
  .string()
  .regex(/^\d+(\.\d+)?\s*(m|h|d|y)$/, 'a time with its unit: 12h, 90d or 2y')
  .transform((text) =>
    text.endsWith('y') ? Number.parseFloat(text) * yearMs : (durationMs(text) ?? Number.POSITIVE_INFINITY),
  );

/** A size on the disk. Comes out in bytes. */
const Size = z.string().regex(sizePattern, 'a size with its unit: 500MB or 8GB').transform(bytesOf);

/** A size, or a share of the whole disk. */
const Reserve = z
  .string()
  .regex(new RegExp(`${sizePattern.source}|${percentPattern.source}`), 'a size or a share: 500MB or 5%')
  .transform((text) => {
    const percent = percentPattern.exec(text);
    return percent ? { share: Number(percent[1]) / 100 } : { bytes: bytesOf(text) };
  });
export type Reserve = z.output<typeof Reserve>;

const Keep = z.strictObject({
  events: KeepTime.prefault('90d').describe('Events with their pictures'),
  clips: KeepTime.prefault('14d').describe('Clips and continuous recording'),
  readings: KeepTime.prefault('2y').describe(
    'Readings; all of them for a day, then one a minute for 30 days, then one in 15 minutes',
  ),
});

/** What a device remembers, and for how long: the profile's key `records`. */
export const RecordsSettings = z.strictObject({
  folder: z.string().min(1).optional().describe('Where clips and pictures go; the state folder by default'),
  keep: Keep.prefault({}).describe('For how long; what is pinned stays'),
  maxSize: Size.prefault('8GB').describe('Of clips, pictures and readings together; the oldest go first'),
  reserve: Reserve.prefault('500MB').describe('Of the disk that is left free, whatever else is said'),
  continuous: z.array(z.string().max(64)).default([]).describe('Cameras that are recorded all the time'),
  burnIn: z
    .enum(['nothing', 'time', 'reading'])
    .default('nothing')
    .describe("Written onto an event's picture: its time, or its time and the reading that caused it"),
});
export type RecordsSettings = z.output<typeof RecordsSettings>;

function bytesOf(text: string): number {
  const found = sizePattern.exec(text);
  return Number(found?.[1] ?? 0) * sizeUnits[(found?.[2] ?? 'kB') as keyof typeof sizeUnits];
}
