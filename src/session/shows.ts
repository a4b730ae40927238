/** One feed that the device shows by itself, to all who stand by. */
export interface Show {
  readonly feed: string;
  /** Its sound, too. */
  readonly sound: boolean;
}

/** What of a session decides which shows reach it. */
export interface Standing {
  /** Whether its offer asked for the feed's picture, and it may look. */
  asksFor(feed: string): boolean;
  /** It went back to standby while this was shown. */
  dismissed(show: Show): boolean;
  /** It has a place among the viewers, or there is one free. */
  readonly place: boolean;
}

/** What a session on standby is called to. Pure. */
export interface Calling {
  readonly calls: ReadonlyMap<string, { readonly sound: boolean }>;
  /** It would be called, but there is no place. */
  readonly crowded: boolean;
}

/** Which of the device's shows reach a session that stands by; several of one feed are one, with the sound of any. */
export function callsFrom(shows: Iterable<Show>, standing: Standing): Calling {
  const calls = new Map<string, { readonly sound: boolean }>();
  for (const show of shows) {
    if (standing.dismissed(show) || !standing.asksFor(show.feed)) continue;
    calls.set(show.feed, { sound: show.sound || calls.get(show.feed)?.sound === true });
  }
  if (calls.size === 0 || standing.place) return { calls, crowded: false };
  return { calls: new Map(), crowded: true };
}
