import fc from 'fast-check';
import { mutated } from './mutate.ts';
import { begin, StepsExceeded, steps, unlimited } from './steps.ts';
import { allowed, type FuzzTarget } from './target.ts';

/** How a round of one target ended. */
export interface Outcome {
  readonly inputs: number;
  readonly failure?: Failure;
  /** The greatest share of what was allowed that an input used, and how long that input was. */
  readonly worstSteps: Worst;
  readonly worstBytes: Worst;
}

export interface Failure {
  readonly reason: string;
  /** As small as fast-check could make it. */
  readonly input: Uint8Array;
}

export interface Worst {
  readonly used: number;
  readonly allowed: number;
  readonly inputBytes: number;
}

const nothing: Worst = { used: 0, allowed: 1, inputBytes: 0 };

/** Gives a target so many inputs; the same seed gives the same ones. */
export async function fuzz(
  target: FuzzTarget,
  { seed, runs }: { readonly seed: number; readonly runs: number },
): Promise<Outcome> {
  let inputs = 0;
  let worstSteps = nothing;
  let worstBytes = nothing;
  const arbitrary = target.inputs ?? mutated(target.seeds, target.words);
  const { later } = target;
  const give = (input: Uint8Array) => {
    inputs += 1;
    const cost = takeOne(target, input);
    worstSteps = worse(worstSteps, cost.steps);
    worstBytes = worse(worstBytes, cost.bytes);
  };
  const giveAndWait = async (input: Uint8Array) => {
    give(input);
    await later?.();
  };
  const parameters = { seed, numRuns: runs };
  // Nothing is waited for where nothing goes on: ten times the inputs.
  const result = later
    ? await fc.check(fc.asyncProperty(arbitrary, giveAndWait), parameters)
    : fc.check(fc.property(arbitrary, give), parameters);
  const worst = { inputs, worstSteps, worstBytes };
  const input = result.counterexample?.[0];
  if (!result.failed || !input) return worst;
  return { ...worst, failure: { reason: await reasonOf(target, input), input } };
}

/** Gives a target one input; throws where it breaks a promise. */
export function takeOne(
  target: FuzzTarget,
  input: Uint8Array,
): { readonly steps: Worst; readonly bytes: Worst } {
  const maxSteps = allowed(target.steps, input.length);
  const maxBytes = allowed(target.bytes, input.length);
  begin(maxSteps);
  try {
    target.take(input);
  } finally {
    unlimited();
  }
  // Thrown inside, it may have been caught inside.
  if (steps.taken > maxSteps) throw new StepsExceeded(`more than ${maxSteps} steps`);
  if (steps.bytes > maxBytes)
    throw new StepsExceeded(`${steps.bytes} bytes copied or searched, not ${maxBytes}`);
  return {
    steps: { used: steps.taken, allowed: maxSteps, inputBytes: input.length },
    bytes: { used: steps.bytes, allowed: maxBytes, inputBytes: input.length },
  };
}

async function reasonOf(target: FuzzTarget, input: Uint8Array): Promise<string> {
  try {
    takeOne(target, input);
    await target.later?.();
    return 'it failed once and not again: the target keeps something between inputs';
  } catch (error) {
    return error instanceof Error ? (error.stack ?? String(error)) : String(error);
  }
}

const worse = (left: Worst, right: Worst): Worst =>
  right.used / right.allowed > left.used / left.allowed ? right : left;
