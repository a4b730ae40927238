/**
 * `npm run fuzz`: gives every target 100,000 inputs, and says what came of it; exits with 1 where a promise was broken.
 *
 *     --target rtcp,stun    only these                    --seed 7       the same inputs again
 *     --runs 1000           inputs a target and round     --minutes 480  rounds with further seeds, so long
 *     --input <hex>         this input alone, to one target
 *     --keep                puts a failing input into fixtures/fuzz, for every later run
 *     --list                says what there is            --json         a line a target
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { countBytes } from './count-native.ts';
import { countSteps } from './count-source.ts';
import { keep, keptInputs } from './kept.ts';
import { fuzz, type Outcome, takeOne } from './run.ts';
import type { FuzzTarget } from './target.ts';
import { targets } from './targets.ts';

const { values: given } = parseArgs({
  options: {
    target: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '0' },
    input: { type: 'string' },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const names = given.target?.split(',') ?? Object.keys(targets);
const unknown = names.filter((name) => !(name in targets));
if (unknown.length > 0) {
  console.error(`there is no target ${unknown.join(', ')}; there are: ${Object.keys(targets).join(', ')}`);
  process.exit(2);
}

countSteps();
countBytes();
const load = async (name: string): Promise<FuzzTarget> => (await targets[name]?.())?.target as FuzzTarget;
const nameWidth = Math.max(...names.map(({ length }) => length));
if (given.list) {
  for (const name of names) console.log(`${name.padEnd(nameWidth)}  ${(await load(name)).about}`);
} else if (given.input !== undefined) {
  const [name = '', ...others] = names;
  if (others.length > 0) throw new Error('--input wants one --target');
  const target = await load(name);
  const { steps, bytes } = takeOne(target, Buffer.from(given.input, 'hex'));
  await target.later?.();
  console.log(
    `${name} took it with ${steps.used} steps of ${steps.allowed}, ${bytes.used} bytes of ${bytes.allowed}`,
  );
} else {
  const until = performance.now() + Number(given.minutes) * 60_000;
  const firstSeed = given.seed === undefined ? randomInt(0x7fff_ffff) : Number(given.seed);
  for (let seed = firstSeed; ; seed += 1) {
    for (const name of names) await round(name, seed);
    if (performance.now() >= until) break;
  }
}

async function round(name: string, seed: number): Promise<void> {
  const target = await load(name);
  for (const input of keptInputs(name)) {
    try {
      takeOne(target, input);
      await target.later?.();
    } catch (error) {
      report(name, seed, { input, reason: error instanceof Error ? (error.stack ?? '') : String(error) });
    }
  }
  const runs = Math.max(1, Math.round(Number(given.runs) / (target.heavy ?? 1)));
  const began = performance.now();
  const outcome = await fuzz(target, { seed, runs });
  tell(name, seed, outcome, performance.now() - began);
  if (outcome.failure) {
    report(name, seed, outcome.failure);
    if (given.keep) console.error(`kept as ${keep(name, outcome.failure.input)}`);
  }
}

function tell(
  name: string,
  seed: number,
  { inputs, failure, worstSteps, worstBytes }: Outcome,
  ms: number,
): void {
  const [steps, bytes] = [worstSteps, worstBytes].map((worst) => worst.used / Math.max(1, worst.allowed)) as [
    number,
    number,
  ];
  if (given.json) {
    console.log(JSON.stringify({ fuzz: name, seed, inputs, failures: failure ? 1 : 0, steps, bytes }));
    return;
  }
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  console.log(
    `${name.padEnd(nameWidth)}  seed ${seed}  ${inputs} inputs in ${(ms / 1000).toFixed(1)} s, ${failure ? 'FAILED' : 'all taken'}; ` +
      `of the allowed steps at most ${percent(steps)}, bytes ${percent(bytes)}`,
  );
}

function report(name: string, seed: number, { input, reason }: { input: Uint8Array; reason: string }): void {
  process.exitCode = 1;
  const hex = Buffer.from(input).toString('hex');
  console.error(`${name} fails with seed ${seed} and these ${input.length} bytes:\n${hex}\n${reason}`);
  console.error(`again: npm run fuzz -- --target ${name} --input ${hex.length > 2000 ? '<hex>' : hex}`);
}
