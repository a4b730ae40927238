/**
 * The counter that sources count in while they are fuzzed: `count-source.ts` puts a count into every function and
 * every loop of src/, `count-native.ts` into the built-in functions that run over bytes. Steps, not time: the same
 * on every machine and under every load.
 */
export class StepsExceeded extends Error {}

export const steps = {
  /** Function calls and rounds of loops since {@link begin}. */
  taken: 0,
  /** At more than this the code is stopped where it is, so that an endless loop ends. */
  allowed: Number.POSITIVE_INFINITY,
  /** Bytes that built-in functions copied or searched since {@link begin}. */
  bytes: 0,
  overrun(): never {
    throw new StepsExceeded(`more than ${steps.allowed} steps`);
  },
};

/** Starts to count anew. */
export function begin(allowed: number): void {
  steps.taken = 0;
  steps.bytes = 0;
  steps.allowed = allowed;
}

/** Counts without a limit: what comes now is ours, not the target's. */
export function unlimited(): void {
  steps.allowed = Number.POSITIVE_INFINITY;
}
