import type { GrantLimits } from '../protocol/access.ts';

type Windows = NonNullable<GrantLimits['windows']>;
type Day = Windows[number]['days'][number];

const days: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Making one costs as much as a hundred uses; there are some 600 zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks on the wall say in `zone`, summer time and all. */
export function wallClock(now: number, zone: string): { readonly day: Day; readonly minutes: number } {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return {
    day: (parts.get('weekday') ?? '').slice(0, 3).toLowerCase() as Day,
    minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/**
 * Whether a weekly window is open. What clocks on the wall say decides: a window from 2:30 does not open on the night
 * when 2:30 is left out before 3:00, and is open twice on the night that has it twice.
 */
export function isOpen(windows: Windows, zone: string, now: number): boolean {
  const { day, minutes } = wallClock(now, zone);
  const yesterday = days[(days.indexOf(day) + 6) % 7] as Day;
  return windows.some((window) => {
    const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
    if (from < to) return window.days.includes(day) && from <= minutes && minutes < to;
    // Over midnight, or round the clock where both are the same.
    return (
      (window.days.includes(day) && from <= minutes) || (window.days.includes(yesterday) && minutes < to)
    );
  });
}

/** `mon–fri 14:00–16:00`, for people. */
export function windowsText(windows: Windows): string {
  return windows.map(({ days: on, from, to }) => `${on.join(', ')} ${from}–${to}`).join('; ');
}

export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
