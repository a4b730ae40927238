/** One number of a benchmark; with `--json` a line of its own. */
export interface Figure {
  /** What was measured: `whep, camera on`. */
  readonly case: string;
  /** Of that: `median`, `p95`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** Something a benchmark can be told: `--viewers 1,20`. */
export interface BenchmarkOption {
  readonly about: string;
  readonly default: string;
}

export interface Benchmark {
  /** What it measures, in a line, with the aim. */
  readonly title: string;
  readonly options?: Readonly<Record<string, BenchmarkOption>>;
  /**
   * Runs it, and ends everything it started.
   * @param option gives the value of an option it names.
   */
  run(option: (name: string) => string): Promise<readonly Figure[]>;
}

/** Numbers of an option, separated by commas. @throws Error where there is another thing than a positive number */
export function numbersOf(text: string): number[] {
  return text.split(',').map((part) => {
    const number = Number(part);
    if (!(number > 0)) throw new Error(`"${part}" is no number above 0`);
    return number;
  });
}

/** Tells, beside the figures, what whoever reads them has to know: what was left out, and why. */
export function remark(text: string): void {
  console.error(text);
}
