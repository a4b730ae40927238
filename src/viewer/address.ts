/** What stands in the page's address, so that a reload, a bookmark and a notification show the same. */

export const views = ['live', 'events', 'charts', 'people'] as const;
export type View = (typeof views)[number];

export interface Address {
  readonly view: View;
  /** Stand by from the start. */
  readonly standby: boolean;
  /** The feed to show large. */
  readonly feed: string | undefined;
  /** The sensor to chart. */
  readonly sensor: string | undefined;
  /** The event to show. */
  readonly event: string | undefined;
}

/** Total: what is not ours is passed over. */
export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  return {
    view: views.find((view) => view === query.get('view')) ?? 'live',
    standby: query.has('standby'),
    feed: query.get('feed') ?? undefined,
    sensor: query.get('sensor') ?? undefined,
    event: query.get('event') ?? undefined,
  };
}

/** `search` with the change in it; an empty one for the page as it begins. */
export function writeAddress(search: string, change: Partial<Address>): string {
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined || value === false || value === 'live') query.delete(key);
    else query.set(key, value === true ? '' : String(value));
  }
  const text = query.toString().replace(/=(?=&|$)/g, '');
  return text === '' ? '' : `?${text}`;
}
