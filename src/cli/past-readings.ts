import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { closest } from 'fastest-levenshtein';
import { VedetteError } from '../errors.ts';
import type { PastReading } from '../rules/replay.ts';
import { numberOf } from '../sensors/text-value.ts';

/** A sensor whose readings are read. */
interface KnownSensor {
  readonly name: string;
  readonly type: 'number' | 'boolean';
  readonly range?: readonly [number, number] | undefined;
}

/** Which column holds what. */
interface Columns {
  readonly time: number;
  /** Absent in a file that holds one sensor's readings and is named for it. */
  readonly sensor: number | undefined;
  readonly value: number;
  readonly count: number;
}

const usualColumns: Columns = { time: 0, sensor: 1, value: 2, count: 3 };
/** What a column's name may be; `mean` is what `vedette export` writes. */
const valueColumns = ['value', 'mean'];
/** In place of a value, for a sensor that could not be believed. */
const faultWord = 'fault';
/** Milliseconds since 1970 have so many digits from 2001 to 2286. */
const epochMs = /^\d{13}(\.\d+)?$/;
const isoTime = /^\d{4}-\d\d-\d\d/;
/** Longer texts are cut in messages. */
const maxShown = 40;

/**
 * Reads lines of `time,sensor,value`, with or without a line of names above; or what `vedette export` writes for one
 * sensor. Times are ISO 8601 or ms since 1970; values are numbers, `on` and `off` or their like, or `fault`. A value
 * outside its sensor's range is a fault, as it would have been on the device.
 *
 * @throws VedetteError `rules/replay-not-found`; `rules/replay-invalid` with the line of the first mistake
 */
export async function* pastReadings(
  path: string,
  sensors: readonly KnownSensor[],
): AsyncGenerator<PastReading> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  const known = new Map(sensors.map((sensor) => [sensor.name, sensor] as const));
  let columns: Columns | undefined;
  let line = 0;
  let last = Number.NEGATIVE_INFINITY;
  try {
    for await (const text of lines) {
      line++;
      const cells = cellsOf(line === 1 ? text.replace(/^\uFEFF/, '') : text);
      if (cells.length === 1 && cells[0] === '') continue;
      if (columns === undefined) {
        columns = columnsOf(cells);
        if (columns !== undefined) continue;
        columns = usualColumns;
      }
      const reading = readingOf(cells, columns, known, basename(path).replace(/\.csv$/, ''));
      if (typeof reading !== 'string' && reading.time >= last) {
        last = reading.time;
        yield reading;
        continue;
      }
      const detail =
        typeof reading === 'string' ? reading : 'this is earlier than the line above; sort by time';
      throw new VedetteError('rules/replay-invalid', { file: path, line, detail });
    }
  } catch (error) {
    if (error instanceof VedetteError) throw error;
    throw new VedetteError('rules/replay-not-found', { path, detail: reasonOf(error) }, { cause: error });
  } finally {
    lines.close();
  }
}

/** Several files as one, in the order of time. */
export async function* merged(files: readonly AsyncGenerator<PastReading>[]): AsyncGenerator<PastReading> {
  const heads = await Promise.all(files.map(async (file) => ({ file, next: await file.next() })));
  try {
    for (;;) {
      let first: { readonly head: (typeof heads)[number]; readonly reading: PastReading } | undefined;
      for (const head of heads) {
        if (head.next.done || (first && first.reading.time <= head.next.value.time)) continue;
        first = { head, reading: head.next.value };
      }
      if (first === undefined) return;
      yield first.reading;
      first.head.next = await first.head.file.next();
    }
  } finally {
    await Promise.all(files.map((file) => file.return(undefined)));
  }
}

function cellsOf(text: string): readonly string[] {
  return text.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** What a line of names says; undefined for another line. */
function columnsOf(cells: readonly string[]): Columns | undefined {
  const names = cells.map((cell) => cell.toLowerCase());
  const time = names.indexOf('time');
  const sensor = names.indexOf('sensor');
  const value = names.findIndex((name) => valueColumns.includes(name));
  if (time < 0 || value < 0) return undefined;
  return { time, sensor: sensor < 0 ? undefined : sensor, value, count: cells.length };
}

/** The reading of a line, or what is wrong with it. */
function readingOf(
  cells: readonly string[],
  columns: Columns,
  known: ReadonlyMap<string, KnownSensor>,
  fileSensor: string,
): PastReading | string {
  if (cells.length !== columns.count) return `found ${cells.length} columns, expected ${columns.count}`;
  const timeText = cells[columns.time] ?? '';
  const time = timeOf(timeText);
  if (time === undefined) {
    return `found the time ${shown(timeText)}, allowed: 2026-05-05T17:30:12Z, or milliseconds since 1970`;
  }
  const name = columns.sensor === undefined ? fileSensor : (cells[columns.sensor] ?? '');
  const sensor = known.get(name);
  if (sensor === undefined) return unknownSensor(name, [...known.keys()]);
  const text = cells[columns.value] ?? '';
  if (text.toLowerCase() === faultWord) return { time, sensor: name, value: undefined };
  const value = numberOf(text);
  if (!Number.isFinite(value))
    return `found the value ${shown(text)}, allowed: a number, on, off or ${faultWord}`;
  if (sensor.type === 'boolean' && value !== 0 && value !== 1)
    return `${name} is on or off, not ${shown(text)}`;
  const [least, most] = sensor.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { time, sensor: name, value: value < least || value > most ? undefined : value };
}

function timeOf(text: string): number | undefined {
  const time = epochMs.test(text) ? Number(text) : isoTime.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}

function unknownSensor(name: string, known: readonly string[]): string {
  if (known.length === 0) return `there is no sensor ${shown(name)}, the profile has none`;
  return `there is no sensor ${shown(name)} in the profile; the nearest is "${closest(name, [...known])}"`;
}

function shown(text: string): string {
  return `"${text.length > maxShown ? `${text.slice(0, maxShown)}…` : text}"`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return code === 'EACCES' ? 'permission denied' : message;
}
