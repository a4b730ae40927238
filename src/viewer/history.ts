/** Asks the device for what was. Each answer is undefined where it gave none, or none of ours; never throws. */

import { z } from 'zod';
import { DeviceEvent } from '../protocol/alarm.ts';

const Events = z.object({ events: z.array(DeviceEvent) });
const Readings = z.object({
  points: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
const RecordsStatus = z.object({
  /** How long the disk lasts as things go; absent where it is not known yet. */
  daysLeft: z.number().optional(),
  /** What is wrong, in a sentence. */
  trouble: z.string().optional(),
});
export type RecordsStatus = z.infer<typeof RecordsStatus>;

/** Of a stretch of time: where it begins (wall ms), the least, the mean and the greatest value in it. */
export type Point = z.infer<typeof Readings>['points'][number];

export interface EventQuery {
  /** Only those before this event. */
  readonly before?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  /** None of them: all. */
  readonly types: readonly string[];
  readonly severities: readonly string[];
}

/** Newest first. */
export async function askEvents(
  { before, from, to, limit, types, severities }: EventQuery,
  signal: AbortSignal,
): Promise<readonly DeviceEvent[] | undefined> {
  const query = {
    limit,
    before,
    from: from && Math.floor(from),
    to: to && Math.ceil(to),
    type: types.join(',') || undefined,
    severity: severities.join(',') || undefined,
  };
  return (await ask('/api/events', query, Events, signal))?.events;
}

export interface ReadingsQuery {
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

export async function askReadings(
  { sensor, from, to, points }: ReadingsQuery,
  signal: AbortSignal,
): Promise<readonly Point[] | undefined> {
  const query = { sensor, from: Math.floor(from), to: Math.ceil(to), points };
  return (await ask('/api/readings', query, Readings, signal))?.points;
}

export async function askRecords(signal: AbortSignal): Promise<RecordsStatus | undefined> {
  return ask('/api/records', {}, RecordsStatus, signal);
}

async function ask<T>(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  try {
    const response = await fetch(text === '' ? path : `${path}?${text}`, {
      headers: { accept: 'application/json' },
      signal,
    });
    const parsed = response.ok ? schema.safeParse(await response.json()) : undefined;
    return parsed?.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export const snapshotUrl = ({ id }: Pick<DeviceEvent, 'id'>): string =>
  `/api/events/${encodeURIComponent(id)}.jpg`;

export const clipUrl = (clip: string): string => `/api/clips/${encodeURIComponent(clip)}`;
