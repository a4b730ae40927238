import type { DatabaseSync } from 'node:sqlite';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import type { Span } from '../spans.ts';
import { type Delivery, DeliveryTable } from './delivery-table.ts';
import { type EventsQuery, EventTable } from './event-table.ts';
import { type MinuteOfReadings, type ReadingsQuery, ReadingTable } from './reading-table.ts';

/** Rows that one pass of expiry removes at the most: what comes meanwhile is not kept waiting. */
const expiredAtOnce = 500;
/** Free pages given back to the disk in one pass: 8 MiB. */
const pagesAtOnce = 2_048;

/** What an expiry is to remove; wall times in ms. */
export interface Expiry {
  readonly now: number;
  readonly eventsBefore: number;
  readonly keepReadingsMs: number;
}

/** All that can be asked of the store. Each operation that writes is one commit, on the disk when it returns. */
export class Operations {
  readonly #database: DatabaseSync;
  readonly #events: EventTable;
  readonly #readings: ReadingTable;
  readonly #deliveries: DeliveryTable;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#events = new EventTable(database);
    this.#readings = new ReadingTable(database);
    this.#deliveries = new DeliveryTable(database);
  }

  putEvent(event: DeviceEvent): void {
    this.#events.put(event);
  }

  /** @returns the whole event after it; undefined where there is none. A key that is `null` is removed. */
  changeEvent(id: string, change: Readonly<Record<string, unknown>>): DeviceEvent | undefined {
    const event = this.#events.get(id);
    if (event === undefined) return undefined;
    const changed = Object.fromEntries(
      Object.entries({ ...event, ...change, id }).filter(
        ([, value]) => value !== null && value !== undefined,
      ),
    ) as unknown as DeviceEvent;
    this.#events.put(changed);
    return changed;
  }

  event(id: string): DeviceEvent | undefined {
    return this.#events.get(id);
  }

  events(query: EventsQuery): readonly DeviceEvent[] {
    return this.#events.list(query);
  }

  pin(id: string, pinned: boolean): void {
    this.#events.pin(id, pinned);
  }

  pinned(): readonly string[] {
    return this.#events.pinned();
  }

  addReadings(minutes: readonly MinuteOfReadings[], now: number): void {
    this.#readings.add(minutes, now);
  }

  readings(query: ReadingsQuery, now: number): readonly Span[] {
    return this.#readings.spans(query, now);
  }

  sensors(): readonly string[] {
    return this.#readings.sensors();
  }

  allReadings(sensor: string, from: number, to: number): readonly Span[] {
    return this.#readings.all(sensor, from, to);
  }

  addDelivery(target: string, body: string, addedAt: number, expiresAt: number): number {
    return this.#deliveries.add(target, body, addedAt, expiresAt);
  }

  deliveryDone(id: number): void {
    this.#deliveries.done(id);
  }

  deliveryFailed(id: number, nextTryAt: number): void {
    this.#deliveries.failed(id, nextTryAt);
  }

  deliveries(target: string, now: number): readonly Delivery[] {
    return this.#deliveries.pending(target, now);
  }

  deliveryTargets(now: number): readonly string[] {
    return this.#deliveries.targets(now);
  }

  keep(name: string, json: string): void {
    this.#database
      .prepare(
        'INSERT INTO kept (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      )
      .run(name, json);
  }

  kept(name: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM kept WHERE name = ?').get(name);
    return typeof row?.value === 'string' ? row.value : undefined;
  }

  /** Removes what is too old. @returns ids of events that are gone, so that their files can go as well. */
  expire({ now, eventsBefore, keepReadingsMs }: Expiry): readonly string[] {
    const gone = this.#events.expire(eventsBefore, expiredAtOnce);
    this.#readings.expire(now, keepReadingsMs);
    this.#deliveries.expire(now);
    this.#database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    return gone;
  }

  close(): void {
    this.#database.close();
  }
}
