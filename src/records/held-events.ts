import type { DeviceEvent } from '../protocol/alarm.ts';
import type { EventsQuery } from './store/event-table.ts';

/** So many events are held at the most; of more the oldest go. */
const maxHeld = 2_000;

/** Events that the disk does not take: they are listed nevertheless, and written when it takes them again. */
export class HeldEvents {
  readonly #events = new Map<string, DeviceEvent>();

  get size(): number {
    return this.#events.size;
  }

  put(event: DeviceEvent): void {
    this.#events.set(event.id, event);
    const [oldest] = this.#events.keys();
    if (this.#events.size > maxHeld && oldest !== undefined) this.#events.delete(oldest);
  }

  get(id: string): DeviceEvent | undefined {
    return this.#events.get(id);
  }

  all(): readonly DeviceEvent[] {
    return [...this.#events.values()];
  }

  /** It is written; unless it has changed meanwhile. */
  written(event: DeviceEvent): void {
    if (this.#events.get(event.id) === event) this.#events.delete(event.id);
  }

  /** Those a query asks for, and those on the disk, as one list: newest first. */
  mergedWith(stored: readonly DeviceEvent[], query: EventsQuery): readonly DeviceEvent[] {
    if (this.#events.size === 0) return stored;
    const own = this.all().filter((event) => matches(event, query));
    const others = stored.filter(({ id }) => !this.#events.has(id));
    return [...own, ...others].sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, query.limit);
  }
}

function matches(event: DeviceEvent, { from, to, before, types, severities }: EventsQuery): boolean {
  return (
    (from === undefined || event.time >= from) &&
    (to === undefined || event.time < to) &&
    (before === undefined || event.id < before) &&
    (types === undefined || types.includes(event.type)) &&
    (severities === undefined || severities.includes(event.severity))
  );
}
