import type { MonotonicMs } from '../clock.ts';
import type { Visit, Visitor } from '../protocol/session.ts';

/** A session, as far as a visit goes. */
export interface Visiting {
  readonly id: string;
  readonly who: Visitor | undefined;
  /** Media flows to it, or would. */
  readonly takesPlace: boolean;
  /** What it asked to see. */
  readonly feeds: readonly string[];
}

/** Who watches what and for how long: told once when a session first watches, and once when it has ended. */
export class Visits {
  readonly #tell: (visit: Visit) => void;
  readonly #visits = new Map<Visiting, { watchedMs: number; since: MonotonicMs | undefined }>();

  constructor(tell: (visit: Visit) => void) {
    this.#tell = tell;
  }

  /** Looks again which of them watch. */
  look(sessions: Iterable<Visiting>, now: MonotonicMs): void {
    for (const session of sessions) {
      const { who, takesPlace } = session;
      const visit = this.#visits.get(session);
      if (visit && takesPlace) visit.since ??= now;
      else if (visit) this.#pause(visit, now);
      else if (takesPlace && who && session.feeds.length > 0) {
        this.#visits.set(session, { watchedMs: 0, since: now });
        this.#tell({ session: session.id, who, feeds: session.feeds });
      }
    }
  }

  /** A session is over. */
  ended(session: Visiting, now: MonotonicMs): void {
    const visit = this.#visits.get(session);
    if (!visit || !session.who) return;
    this.#visits.delete(session);
    this.#pause(visit, now);
    this.#tell({ session: session.id, who: session.who, feeds: session.feeds, watchedMs: visit.watchedMs });
  }

  #pause(visit: { watchedMs: number; since: MonotonicMs | undefined }, now: MonotonicMs): void {
    if (visit.since !== undefined) visit.watchedMs += now - visit.since;
    visit.since = undefined;
  }
}
