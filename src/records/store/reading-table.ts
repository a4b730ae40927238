import type { DatabaseSync } from 'node:sqlite';
import { type Span, thinned } from '../spans.ts';
import { minuteMs, quarterMs, slotKey, slotOf } from './schema.ts';

/** One sensor's readings of one minute, as the buffer hands them over. */
export interface MinuteOfReadings {
  readonly sensor: string;
  /** Minutes since 1970. */
  readonly minute: number;
  /** Packed by `packReadings`. */
  readonly raw: Uint8Array;
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** Which readings for a chart: of one sensor, wall time in ms from (inclusive) and to (exclusive). */
export interface ReadingsQuery {
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  /** So many at the most. */
  readonly points: number;
}

/** How long the finer two of the three tables reach back, in ms. */
export const rawReachMs = 24 * 3_600_000;
export const minutesReachMs = 30 * 24 * 3_600_000;

/** Bytes of one packed reading: its milliseconds within the minute, and its value. */
const packedBytes = 10;

/** Packs readings of one minute: 16 bits of milliseconds and a double each, little-endian. */
export function packReadings(offsetsMs: readonly number[], values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(offsetsMs.length * packedBytes));
  for (const [index, offset] of offsetsMs.entries()) {
    view.setUint16(index * packedBytes, offset, true);
    view.setFloat64(index * packedBytes + 2, values[index] ?? 0, true);
  }
  return new Uint8Array(view.buffer);
}

function unpack(raw: Uint8Array, minute: number): Span[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const spans: Span[] = [];
  for (let at = 0; at + packedBytes <= raw.byteLength; at += packedBytes) {
    const value = view.getFloat64(at + 2, true);
    const time = minute * minuteMs + view.getUint16(at, true);
    spans.push({ time, count: 1, min: value, mean: value, max: value });
  }
  return spans;
}

/** Readings in three finenesses; each minute is written to the finer two at once, and to the coarse one when it is over. */
export class ReadingTable {
  readonly #database: DatabaseSync;
  readonly #numbers = new Map<string, number>();
  /** Quarters with minutes that are not in their table yet, by key. */
  readonly #open = new Set<number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    // What was open when the device stopped: each sensor's newest quarter.
    for (const { number } of database.prepare('SELECT number FROM sensors').all()) {
      const newest = database
        .prepare('SELECT max(key) AS key FROM minutes WHERE key BETWEEN ? AND ?')
        .get(slotKey(Number(number), 0), slotKey(Number(number), Number.POSITIVE_INFINITY))?.key;
      if (newest !== null && newest !== undefined) this.#touch(Number(number), slotOf(Number(newest)));
    }
  }

  /** Writes minutes in one commit. A minute that is there already is joined with. `now`: wall time in ms. */
  add(minutes: readonly MinuteOfReadings[], now: number): void {
    this.#database.exec('BEGIN');
    try {
      const raw = this.#database.prepare(
        'INSERT INTO raw (key, readings) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET readings = CAST(readings || excluded.readings AS BLOB)',
      );
      const minute = this.#database.prepare(
        `INSERT INTO minutes (key, count, min, mean, max) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
           mean = (mean * count + excluded.mean * excluded.count) / (count + excluded.count),
           min = min(min, excluded.min), max = max(max, excluded.max), count = count + excluded.count`,
      );
      for (const one of minutes) {
        const number = this.#numberOf(one.sensor);
        const key = slotKey(number, one.minute);
        if (one.raw.length > 0) raw.run(key, one.raw);
        minute.run(key, one.count, one.min, one.mean, one.max);
        this.#touch(number, one.minute);
      }
      const closed = this.#closeQuarters(now);
      this.#database.exec('COMMIT');
      for (const key of closed) this.#open.delete(key);
    } catch (error) {
      // SQLite has rolled back by itself where the disk is full.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#numbers.clear();
      throw error;
    }
  }

  /** A chart's points, oldest first, from the coarsest table that is fine enough and reaches back far enough. */
  spans({ sensor, from, to, points }: ReadingsQuery, now: number): Span[] {
    const number = this.#known(sensor);
    if (number === undefined || !(from < to)) return [];
    const stepMs = (to - from) / points;
    if (stepMs < minuteMs && from >= now - rawReachMs)
      return thinned(this.#raw(number, from, to), { from, to, points });
    if (stepMs < quarterMs && from >= now - minutesReachMs)
      return thinned(this.#slots('minutes', number, from, to), { from, to, points });
    // The newest quarter is not over, and what is finer stands for it.
    const coarse = this.#slots('quarters', number, from, to);
    const covered = coarse.at(-1)?.time;
    const rest = covered === undefined ? from : Math.max(from, covered + quarterMs);
    return thinned([...coarse, ...this.#slots('minutes', number, rest, to)], { from, to, points });
  }

  sensors(): string[] {
    return this.#database
      .prepare('SELECT name FROM sensors ORDER BY name')
      .all()
      .map((row) => String(row.name));
  }

  /** Every reading that is still there of a time, as fine as it still is, oldest first: for an export. */
  all(sensor: string, from: number, to: number): Span[] {
    const number = this.#known(sensor);
    if (number === undefined) return [];
    // Each from where the finer one begins backwards, in whole slots, so that nothing is told twice.
    const begins = (spans: readonly Span[], slotMs: number, otherwise: number) =>
      spans[0] ? Math.floor(spans[0].time / slotMs) * slotMs : otherwise;
    const raw = this.#raw(number, from, to);
    const minutes = this.#slots('minutes', number, from, begins(raw, minuteMs, to));
    const fine = begins(minutes, quarterMs, begins(raw, quarterMs, to));
    const quarters = this.#slots('quarters', number, from, fine);
    return [...quarters, ...minutes, ...raw];
  }

  /** Removes what is older than each table reaches back, `keepMs` at the most. `now`: wall time in ms. */
  expire(now: number, keepMs: number): void {
    const tables = [
      ['raw', minuteMs, rawReachMs],
      ['minutes', minuteMs, minutesReachMs],
      ['quarters', quarterMs, Number.POSITIVE_INFINITY],
    ] as const;
    for (const { number } of this.#database.prepare('SELECT number FROM sensors').all())
      for (const [table, slotMs, reachMs] of tables) {
        const oldest = Math.floor((now - Math.min(reachMs, keepMs)) / slotMs);
        this.#database
          .prepare(`DELETE FROM ${table} WHERE key >= ? AND key < ?`)
          .run(slotKey(Number(number), 0), slotKey(Number(number), oldest));
      }
  }

  #known(sensor: string): number | undefined {
    const known = this.#numbers.get(sensor);
    if (known !== undefined) return known;
    const row = this.#database.prepare('SELECT number FROM sensors WHERE name = ?').get(sensor);
    if (row === undefined) return undefined;
    this.#numbers.set(sensor, Number(row.number));
    return Number(row.number);
  }

  #numberOf(sensor: string): number {
    const known = this.#known(sensor);
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#database.prepare('INSERT INTO sensors (name) VALUES (?)').run(sensor);
    this.#numbers.set(sensor, Number(lastInsertRowid));
    return Number(lastInsertRowid);
  }

  #touch(number: number, minute: number): void {
    this.#open.add(slotKey(number, Math.floor((minute * minuteMs) / quarterMs)));
  }

  /** Sums up quarters that are over. Doing it again, for readings that came late, gives the same and more. */
  #closeQuarters(now: number): readonly number[] {
    const current = Math.floor(now / quarterMs);
    const sum = this.#database.prepare(
      `INSERT OR REPLACE INTO quarters (key, count, min, mean, max)
       SELECT ?, sum(count), min(min), sum(mean * count) / sum(count), max(max) FROM minutes
       WHERE key BETWEEN ? AND ? HAVING count(*) > 0`,
    );
    const minutesOfQuarter = quarterMs / minuteMs;
    const over = [...this.#open].filter((key) => slotOf(key) !== current);
    for (const key of over) {
      const quarter = slotOf(key);
      const first = key - quarter + quarter * minutesOfQuarter;
      sum.run(key, first, first + minutesOfQuarter - 1);
    }
    return over;
  }

  #raw(number: number, from: number, to: number): Span[] {
    return this.#database
      .prepare('SELECT key, readings FROM raw WHERE key BETWEEN ? AND ? ORDER BY key')
      .all(slotKey(number, Math.floor(from / minuteMs)), slotKey(number, Math.floor((to - 1) / minuteMs)))
      .flatMap((row) => unpack(row.readings as Uint8Array, slotOf(Number(row.key))))
      .filter(({ time }) => time >= from && time < to);
  }

  #slots(table: 'minutes' | 'quarters', number: number, from: number, to: number): Span[] {
    if (!(from < to)) return [];
    const slotMs = table === 'minutes' ? minuteMs : quarterMs;
    return this.#database
      .prepare(`SELECT key, count, min, mean, max FROM ${table} WHERE key BETWEEN ? AND ? ORDER BY key`)
      .all(slotKey(number, Math.ceil(from / slotMs)), slotKey(number, Math.ceil(to / slotMs) - 1))
      .map((row) => ({
        time: slotOf(Number(row.key)) * slotMs,
        count: Number(row.count),
        min: Number(row.min),
        mean: Number(row.mean),
        max: Number(row.max),
      }));
  }
}
