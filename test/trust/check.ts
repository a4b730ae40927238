/** One number of a check, and what it must be. */
export interface TrustFigure {
  /** What was counted or measured: `silent after`. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly must: { readonly atMost: number } | { readonly atLeast: number };
}

/** A row of TRUST that this device is held to. */
export interface Check {
  /** What is done to it and what must hold, in a line. */
  readonly title: string;
  /** Runs it, and ends everything it started. A text says why it cannot run here. */
  run(): Promise<readonly TrustFigure[] | string>;
}

export function holds({ value, must }: TrustFigure): boolean {
  // A figure that is no number was not measured, and so is not held.
  return 'atMost' in must ? value <= must.atMost : value >= must.atLeast;
}

/** Says how far a check has come, to whoever watches it. */
export function remark(text: string): void {
  console.error(text);
}
