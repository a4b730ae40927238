import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { DeviceEvent } from '../../protocol/alarm.ts';

/** Which events; all conditions together. */
export interface EventsQuery {
  /** Wall time in ms, inclusive. */
  readonly from?: number;
  /** Wall time in ms, exclusive. */
  readonly to?: number;
  /** Older than the event of this id. */
  readonly before?: string;
  readonly limit: number;
  readonly types?: readonly DeviceEvent['type'][];
  readonly severities?: readonly DeviceEvent['severity'][];
}

const text = (row: { event?: unknown } | undefined): string | undefined =>
  typeof row?.event === 'string' ? row.event : undefined;
// What stands in the table came from `addEvent`, so it is no boundary.
const parsed = (json: string): DeviceEvent => JSON.parse(json) as DeviceEvent;

/** Events as they are kept: one row each, their JSON beside what they are looked up by. */
export class EventTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Adds it, or replaces the one of its id: adding twice what may or may not be there already is harmless. */
  put(event: DeviceEvent): void {
    this.#database
      .prepare(
        `INSERT INTO events (id, time, type, severity, event) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET time = excluded.time, type = excluded.type, severity = excluded.severity,
           event = excluded.event`,
      )
      .run(event.id, event.time, event.type, event.severity, JSON.stringify(event));
  }

  get(id: string): DeviceEvent | undefined {
    const json = text(this.#database.prepare('SELECT event FROM events WHERE id = ?').get(id));
    return json === undefined ? undefined : parsed(json);
  }

  /** Newest first, by id: ids rise even where the clock is set back. */
  list({ from, to, before, limit, types, severities }: EventsQuery): DeviceEvent[] {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    const where = (condition: string, ...given: readonly SQLInputValue[]) => {
      conditions.push(condition);
      values.push(...given);
    };
    if (from !== undefined) where('time >= ?', from);
    if (to !== undefined) where('time < ?', to);
    if (before !== undefined) where('id < ?', before);
    if (types) where(`type IN (${types.map(() => '?').join(', ')})`, ...types);
    if (severities) where(`severity IN (${severities.map(() => '?').join(', ')})`, ...severities);
    const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    return this.#database
      .prepare(`SELECT event FROM events ${filter} ORDER BY id DESC LIMIT ?`)
      .all(...values, limit)
      .map((row) => parsed(String(row.event)));
  }

  pin(id: string, pinned: boolean): void {
    this.#database.prepare('UPDATE events SET pinned = ? WHERE id = ?').run(pinned ? 1 : 0, id);
  }

  pinned(): string[] {
    return this.#database
      .prepare('SELECT id FROM events WHERE pinned = 1')
      .all()
      .map((row) => String(row.id));
  }

  /** Removes what is older than `before` and not pinned, at most `limit` of it; gives their ids. */
  expire(before: number, limit: number): string[] {
    return this.#database
      .prepare(
        'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE time < ? AND pinned = 0 LIMIT ?) RETURNING id',
      )
      .all(before, limit)
      .map((row) => String(row.id));
  }
}
