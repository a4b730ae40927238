/** Events as a list shows them: pages of the past and what happens now, put together. Pure. */

import type { DeviceEvent } from '../protocol/alarm.ts';

export interface EventList {
  /** Newest first, each once. */
  readonly events: readonly DeviceEvent[];
  /** There are none before the last of them. */
  readonly complete: boolean;
}

/** What is shown; an empty list of either is all of it. */
export interface EventFilter {
  readonly types: readonly DeviceEvent['type'][];
  readonly severities: readonly DeviceEvent['severity'][];
}

export const emptyList: EventList = { events: [], complete: false };
export const noFilter: EventFilter = { types: [], severities: [] };

export function fits({ type, severity }: DeviceEvent, { types, severities }: EventFilter): boolean {
  return (
    (types.length === 0 || types.includes(type)) && (severities.length === 0 || severities.includes(severity))
  );
}

/** Adds a page of earlier events; one shorter than what was asked for is the last. */
export function withPage(list: EventList, page: readonly DeviceEvent[], asked: number): EventList {
  return { events: merged(list.events, page), complete: page.length < asked };
}

/**
 * Adds what just happened, or what is known of it now. One that lies before all that are loaded stays away: there may
 * be others between, and its page will bring it.
 */
export function withEvent(list: EventList, event: DeviceEvent, filter: EventFilter): EventList {
  if (!fits(event, filter)) return list;
  const last = list.events.at(-1);
  const known = list.events.some(({ id }) => id === event.id);
  if (!known && !list.complete && last !== undefined && newestFirst(last, event) < 0) return list;
  return { ...list, events: merged(list.events, [event]) };
}

/** Later words on an event replace earlier ones. */
function merged(known: readonly DeviceEvent[], more: readonly DeviceEvent[]): readonly DeviceEvent[] {
  const all = new Map([...known, ...more].map((event) => [event.id, event]));
  return [...all.values()].sort(newestFirst);
}

function newestFirst(a: DeviceEvent, b: DeviceEvent): number {
  return b.time - a.time || (a.id < b.id ? 1 : -1);
}

/** The days of a list, each with its events, as headings part them. `dayOf` gives the same text for the same day. */
export function byDay(
  events: readonly DeviceEvent[],
  dayOf: (wallMs: number) => string,
): readonly { readonly day: string; readonly events: readonly DeviceEvent[] }[] {
  const days: { day: string; events: DeviceEvent[] }[] = [];
  for (const event of events) {
    const day = dayOf(event.time);
    const current = days.at(-1);
    if (current?.day === day) current.events.push(event);
    else days.push({ day, events: [event] });
  }
  return days;
}
