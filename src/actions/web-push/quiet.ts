import type { WallMs } from '../../clock.ts';
import type { Severity } from '../../protocol/alarm.ts';
import type { QuietHours } from '../../protocol/push.ts';

/** When somebody may be told. */
export interface Rest {
  readonly quiet?: QuietHours | undefined;
  /** Wall time in ms. */
  readonly snoozeUntil?: number | undefined;
}

/** Whether somebody may be told now: nothing while they snooze, and only what is critical in their quiet hours. */
export function mayDisturb({ quiet, snoozeUntil }: Rest, severity: Severity, wall: WallMs): boolean {
  if (snoozeUntil !== undefined && wall < snoozeUntil) return false;
  return severity === 'critical' || quiet === undefined || !isQuiet(quiet, wall);
}

/** `from` belongs to it, `to` does not; hours may run over midnight. Both the same: never. */
export function isQuiet({ from, to, zone }: QuietHours, wall: WallMs): boolean {
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  }).format(wall);
  return from <= to ? from <= time && time < to : time >= from || time < to;
}
