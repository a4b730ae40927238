import { VedetteError } from '../errors.ts';
import { durationMs } from '../protocol/duration.ts';

const allowed = 'a time: 2026-05-05, 2026-05-05T17:30, or how long ago: 2h';

/**
 * A time as a flag says it, in the zone of this machine; wall time in ms.
 * @throws VedetteError `cli/bad-flag`
 */
export function timeOf(flag: string, text: string, now: number): number {
  const ago = durationMs(text);
  if (ago !== undefined) return now - ago;
  // By itself a date would be taken for midnight in Greenwich.
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time))
    throw new VedetteError('cli/bad-flag', { flag, allowed });
  return time;
}

/** `2026-05-05 17:30:12`, in the zone of this machine. */
export function timeText(wallMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(wallMs);
}
