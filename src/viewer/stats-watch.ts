import { type ConnectionStats, readStats, type StatsRow, type StatsTotals } from './stats.ts';

/** As often as a reader can follow figures. */
const lookEveryMs = 1_000;

/** Reads a connection's figures once a second, for as long as there is one. */
export class StatsWatch {
  readonly #report: () => Promise<RTCStatsReport> | undefined;
  readonly #read: (stats: ConnectionStats | undefined) => void;
  #totals: StatsTotals | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param report undefined while nothing is connected */
  constructor(
    report: () => Promise<RTCStatsReport> | undefined,
    read: (stats: ConnectionStats | undefined) => void,
  ) {
    this.#report = report;
    this.#read = read;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const report = this.#report();
    if (report === undefined) {
      this.#read(undefined);
      return;
    }
    report.then(
      (all) => {
        const rows: StatsRow[] = [];
        all.forEach((row: StatsRow) => {
          rows.push(row);
        });
        const { stats, totals } = readStats(rows, this.#totals, performance.now());
        this.#totals = totals;
        this.#read(stats);
      },
      () => undefined, // the connection closed meanwhile
    );
  }
}
