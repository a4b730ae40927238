import type { Reading } from '../protocol/reading.ts';
import type { Span } from './spans.ts';
import { type MinuteOfReadings, packReadings } from './store/reading-table.ts';
import { minuteMs } from './store/schema.ts';

/** Readings of one sensor in one minute that are kept one by one; of more only minimum, mean and maximum know. */
const rawOfMinute = 600;
/** Minutes that are held where the disk does not take them: an hour of 50 sensors. Then the oldest go. */
const maxMinutes = 3_000;

interface Gathering {
  readonly offsetsMs: number[];
  readonly values: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Gathers readings between two commits, bounded whatever a sensor does. */
export class ReadingBuffer {
  /** By sensor, then by minute since 1970. */
  readonly #sensors = new Map<string, Map<number, Gathering>>();
  #minutes = 0;
  #returned: readonly MinuteOfReadings[] = [];
  #dropped = 0;

  /** Readings that were lost because the disk did not take them for too long. */
  get dropped(): number {
    return this.#dropped;
  }

  get empty(): boolean {
    return this.#minutes === 0 && this.#returned.length === 0;
  }

  add({ sensor, value, time }: Reading): void {
    if (!Number.isFinite(value) || !(time >= 0)) return;
    const minute = Math.floor(time / minuteMs);
    const gathering = this.#of(sensor, minute);
    gathering.count += 1;
    gathering.sum += value;
    gathering.min = Math.min(gathering.min, value);
    gathering.max = Math.max(gathering.max, value);
    if (gathering.values.length >= rawOfMinute) return;
    gathering.offsetsMs.push(Math.floor(time - minute * minuteMs));
    gathering.values.push(value);
  }

  /** What was gathered, and what was given back; it is the caller's now. */
  take(): readonly MinuteOfReadings[] {
    const taken = [...this.#returned, ...this.#packed()];
    this.#returned = [];
    this.#sensors.clear();
    this.#minutes = 0;
    return taken;
  }

  /** The disk did not take these: they come with the next ones. */
  giveBack(minutes: readonly MinuteOfReadings[]): void {
    const all = [...minutes, ...this.#returned];
    for (const { count } of all.slice(0, -maxMinutes)) this.#dropped += count;
    this.#returned = all.slice(-maxMinutes);
  }

  #packed(): MinuteOfReadings[] {
    return [...this.#sensors].flatMap(([sensor, minutes]) =>
      [...minutes].map(([minute, { offsetsMs, values, count, sum, min, max }]) => ({
        sensor,
        minute,
        raw: packReadings(offsetsMs, values),
        count,
        min,
        // The sum of many like values may round to outside of them.
        mean: Math.min(max, Math.max(min, sum / count)),
        max,
      })),
    );
  }

  /** Of one sensor, in order, as a chart shows them. */
  spans(sensor: string, from: number, to: number): Span[] {
    return [...(this.#sensors.get(sensor) ?? [])]
      .flatMap(([minute, { offsetsMs, values }]) =>
        values.map((value, index) => {
          const time = minute * minuteMs + (offsetsMs[index] ?? 0);
          return { time, count: 1, min: value, mean: value, max: value };
        }),
      )
      .filter(({ time }) => time >= from && time < to)
      .sort((one, other) => one.time - other.time);
  }

  #of(sensor: string, minute: number): Gathering {
    const minutes = this.#sensors.get(sensor) ?? new Map<number, Gathering>();
    this.#sensors.set(sensor, minutes);
    const known = minutes.get(minute);
    if (known) return known;
    const made = { offsetsMs: [], values: [], count: 0, sum: 0, min: Infinity, max: -Infinity };
    minutes.set(minute, made);
    this.#minutes += 1;
    if (this.#minutes > maxMinutes) this.#dropOldest();
    return made;
  }

  #dropOldest(): void {
    let oldest: { sensor: string; minute: number } | undefined;
    for (const [sensor, minutes] of this.#sensors)
      for (const minute of minutes.keys())
        if (oldest === undefined || minute < oldest.minute) oldest = { sensor, minute };
    if (oldest === undefined) return;
    const minutes = this.#sensors.get(oldest.sensor);
    this.#dropped += minutes?.get(oldest.minute)?.count ?? 0;
    minutes?.delete(oldest.minute);
    if (minutes?.size === 0) this.#sensors.delete(oldest.sensor);
    this.#minutes -= 1;
  }
}
