/** When a person does not want to hear the bell. Pure. */

import { z } from 'zod';

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Every day between two times of day (`22:00`), in a zone of IANA's. Over midnight where `from` is the later one. */
export const QuietHours = z.object({ from: TimeOfDay, to: TimeOfDay, zone: z.string() });
export type QuietHours = z.infer<typeof QuietHours>;

export function isQuiet(
  {
    quiet,
    snoozeUntil,
  }: { readonly quiet?: QuietHours | undefined; readonly snoozeUntil?: number | undefined },
  now: number,
): boolean {
  if (snoozeUntil !== undefined && now < snoozeUntil) return true;
  if (quiet === undefined || quiet.from === quiet.to) return false;
  const time = timeOfDay(now, quiet.zone);
  return quiet.from < quiet.to
    ? quiet.from <= time && time < quiet.to
    : quiet.from <= time || time < quiet.to;
}

function timeOfDay(now: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
}
