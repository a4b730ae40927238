import type { WallMs } from '../clock.ts';

/** Days as profiles write them, in the order that JavaScript numbers them. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
type Weekday = (typeof weekdays)[number];

/** When a rule counts. */
export interface Schedule {
  /** Minutes since midnight; the end may be before the beginning: then it is over midnight. */
  readonly between?: readonly [from: number, to: number];
  readonly days?: ReadonlySet<Weekday>;
  readonly zone: string;
}

/** What a rule says about its hours; undefined where it always counts. */
export function scheduleOf(
  { between, days, zone }: ScheduleOptions,
  zoneOfMachine: string,
): Schedule | undefined {
  if (between === undefined && days === undefined) return undefined;
  return {
    ...(between === undefined
      ? {}
      : { between: [minutesOf(between.slice(0, 5)), minutesOf(between.slice(-5))] }),
    ...(days === undefined ? {} : { days: new Set(days) }),
    zone: zone ?? zoneOfMachine,
  };
}

interface ScheduleOptions {
  readonly between?: string | undefined;
  readonly days?: readonly Weekday[] | undefined;
  readonly zone?: string | undefined;
}

/** Whether a rule counts at this time. A night that ends in the morning belongs to the day it began on. */
export function isWithin({ between, days, zone }: Schedule, wall: WallMs): boolean {
  const { minutes, day } = localTime(wall, zone);
  if (between === undefined) return days === undefined || days.has(nameOf(day));
  const [from, to] = between;
  const overMidnight = to < from;
  const inside = overMidnight ? minutes >= from || minutes < to : minutes >= from && minutes < to;
  const began = overMidnight && minutes < to ? day + 6 : day;
  return inside && (days === undefined || days.has(nameOf(began)));
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

const nameOf = (day: number): Weekday => weekdays[day % 7] ?? 'sun';

function localTime(wall: WallMs, zone: string): { readonly minutes: number; readonly day: number } {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(wall)
      .map(({ type, value }) => [type, value] as const),
  );
  const day = (weekdays as readonly string[]).indexOf(parts.get('weekday')?.toLowerCase() ?? '');
  return { minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')), day: Math.max(0, day) };
}

/** Making one takes a millisecond on a small device; they are few and never change. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, made);
  return made;
}
