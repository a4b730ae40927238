/** One number of a benchmark; with `--json` a line of its own. */
export interface Figure {
  /** What was measured: `whep, camera on`. */
  readonly case: string;
  /** Of that: `median`, `p95`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

export interface Benchmark {
  /** What it measures, in a line, with the aim. */
  readonly title: string;
  /** Runs it, and ends everything it started. */
  run(): Promise<readonly Figure[]>;
}
