import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../src/clock.ts';
import { openRecords } from '../src/records/records.ts';
import { RecordsSettings } from '../src/records/settings.ts';
import { databaseBytes } from '../src/records/space.ts';
import { openDatabase } from '../src/records/store/database.ts';
import { Operations } from '../src/records/store/operations.ts';
import { packReadings } from '../src/records/store/reading-table.ts';
import { type Benchmark, type Figure, numbersOf } from './benchmark.ts';
import { quantile } from './statistics.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A reading a second. */
const readingsOfMinute = 60;
/** Points of a chart on a page. */
const points = 500;
/** What a chart is drawn of, newest last. */
const charts = { 'an hour': hourMs, 'a day': dayMs, 'the month': 30 * dayMs } as const;

export const benchmark: Benchmark = {
  title: "a month of 50 sensors at 1 Hz, kept as by default: its size, and a day's chart in under 50 ms",
  options: {
    sensors: { about: 'how many, each at 1 Hz', default: '50' },
    days: { about: 'how long they were read', default: '30' },
  },
  async run(option) {
    const [sensors = 1] = numbersOf(option('sensors'));
    const [days = 1] = numbersOf(option('days'));
    const folder = await mkdtemp(join(tmpdir(), 'vedette-history-'));
    try {
      const path = join(folder, 'records.sqlite');
      const now = Math.floor(Date.now() / minuteMs) * minuteMs;
      const commitMs = generate(path, sensors, days, now);
      const size = (await databaseBytes(path)) / 1e6;
      const what = `${sensors} sensors, ${days} days`;
      return [
        { case: what, metric: 'size', value: size, unit: 'MB' },
        { case: what, metric: "a minute's commit, median", value: quantile(commitMs, 0.5), unit: 'ms' },
        ...(await drawn(folder, sensors, now)),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Writes as the device does, but for the readings that would be gone by now. Gives the time of real commits. */
function generate(path: string, sensors: number, days: number, now: number): number[] {
  const store = new Operations(openDatabase(path));
  const first = now - days * dayMs;
  const rawFrom = now - dayMs;
  const names = Array.from({ length: sensors }, (_, index) => `machine_${index}.temperature`);
  const offsets = Array.from({ length: readingsOfMinute }, (_, second) => second * 1_000);
  const minuteOf = (sensor: string, index: number, at: number, raw: boolean) => {
    const values = offsets.map((offset) => 20 + index + 5 * Math.sin((at + offset) / hourMs) + Math.random());
    const sum = values.reduce((total, value) => total + value, 0);
    return {
      sensor,
      minute: at / minuteMs,
      raw: raw ? packReadings(offsets, values) : new Uint8Array(0),
      count: values.length,
      min: Math.min(...values),
      mean: sum / values.length,
      max: Math.max(...values),
    };
  };
  const commitMs: number[] = [];
  // Long ago: an hour in one commit, for nobody waits a month. The last hour: as it is.
  for (let at = first; at < now; ) {
    const lasts = at < now - hourMs ? hourMs : minuteMs;
    const until = Math.min(now, at + lasts);
    const minutes = [];
    for (let minute = at; minute < until; minute += minuteMs)
      for (const [index, name] of names.entries())
        minutes.push(minuteOf(name, index, minute, minute >= rawFrom));
    const startMs = performance.now();
    store.addReadings(minutes, until);
    if (lasts === minuteMs) commitMs.push(performance.now() - startMs);
    at = until;
  }
  store.expire({ now, eventsBefore: 0, keepReadingsMs: Number.MAX_SAFE_INTEGER });
  store.close();
  return commitMs;
}

async function drawn(folder: string, sensors: number, now: number): Promise<readonly Figure[]> {
  const log = pino({ level: 'silent' });
  const clock = { now: systemClock.now, wall: () => now as ReturnType<typeof systemClock.wall> };
  const records = await openRecords({ folder, settings: RecordsSettings.parse({}), clock, log });
  try {
    const figures: Figure[] = [];
    for (const [what, lasts] of Object.entries(charts)) {
      const tookMs: number[] = [];
      let fewest = Number.POSITIVE_INFINITY;
      for (let index = 0; index < sensors; index += 1) {
        const startMs = performance.now();
        const chart = await records.readings({
          sensor: `machine_${index}.temperature`,
          from: now - lasts,
          to: now,
          points,
        });
        tookMs.push(performance.now() - startMs);
        fewest = Math.min(fewest, chart.length);
      }
      figures.push(
        { case: `chart of ${what}`, metric: 'median', value: quantile(tookMs, 0.5), unit: 'ms' },
        { case: `chart of ${what}`, metric: 'p95', value: quantile(tookMs, 0.95), unit: 'ms' },
        { case: `chart of ${what}`, metric: 'fewest points', value: fewest, unit: '' },
      );
    }
    return figures;
  } finally {
    await records.stop();
  }
}
