import type { DeviceEvent } from '../protocol/alarm.ts';
import { type EventFilter, type EventList, emptyList, noFilter, withEvent, withPage } from './event-list.ts';
import { askEvents } from './history.ts';

/** Events of one list, kept current: asks for pages of the past, and takes in what happens. */
export class EventLog {
  readonly #changed: () => void;
  readonly #pageSize: number;
  #asking: AbortController | undefined;
  list: EventList = emptyList;
  filter: EventFilter = noFilter;
  state: 'loading' | 'there' | 'failed' = 'loading';

  constructor(pageSize: number, changed: () => void) {
    this.#pageSize = pageSize;
    this.#changed = changed;
  }

  /** Begins anew, as at first, after a lost connection, or with another filter. */
  start(filter: EventFilter = this.filter): void {
    this.filter = filter;
    this.#ask(emptyList);
  }

  stop(): void {
    this.#asking?.abort();
  }

  /** Asks for a page of earlier ones. */
  more(): void {
    if (this.state !== 'loading') this.#ask(this.list);
  }

  /** Something happened, or more is known of it. */
  take(event: DeviceEvent): void {
    this.list = withEvent(this.list, event, this.filter);
    this.#changed();
  }

  #ask(onto: EventList): void {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.state = 'loading';
    this.#changed();
    const query = { ...this.filter, before: onto.events.at(-1)?.id, limit: this.#pageSize };
    askEvents(query, asking.signal).then(
      (page) => {
        if (asking.signal.aborted) return;
        this.state = page === undefined ? 'failed' : 'there';
        if (page !== undefined) {
          // What happened while the first page was under way is in the list already.
          const base = onto === emptyList ? { ...emptyList, events: this.#meanwhile(page) } : this.list;
          this.list = withPage(base, page, this.#pageSize);
        }
        this.#changed();
      },
      () => undefined, // it never rejects
    );
  }

  #meanwhile(page: readonly DeviceEvent[]): readonly DeviceEvent[] {
    const newest = page[0];
    return this.list.events.filter(({ time }) => newest === undefined || time > newest.time);
  }
}
