/** When a person does not want to hear this page. Pure; the device keeps its pushes back by the same rules. */

import type { QuietHours } from '../protocol/push.ts';

/** `bell`: bells are shown, not heard, while what is critical is heard. `all`: nothing is heard. */
export type Quiet = 'none' | 'bell' | 'all';

/** `from` belongs to quiet hours, `to` does not; they may run over midnight. Both the same: never. */
export function quietOf(
  {
    quiet,
    snoozeUntil,
  }: { readonly quiet?: QuietHours | undefined; readonly snoozeUntil?: number | undefined },
  now: number,
): Quiet {
  if (snoozeUntil !== undefined && now < snoozeUntil) return 'all';
  if (quiet === undefined) return 'none';
  const { from, to, zone } = quiet;
  const time = timeOfDay(now, zone);
  const within = from <= to ? from <= time && time < to : from <= time || time < to;
  return within ? 'bell' : 'none';
}

function timeOfDay(now: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
}
