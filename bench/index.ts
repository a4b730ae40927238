/**
 * Benchmarks: `npm run bench` lists them and their options, `npm run bench -- <name>` runs one and prints a table and
 * what it ran on, `--json` prints one line a figure instead (DESIGN's contract; scripts read it).
 */
import { parseArgs } from 'node:util';
import type { Benchmark, Figure } from './benchmark.ts';
import { describeMachine } from './machine.ts';

const benchmarks: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  'first-frame': () => import('./first-frame.ts'),
  latency: () => import('./latency.ts'),
  keyframe: () => import('./keyframe.ts'),
  connect: () => import('./connect.ts'),
  'fan-out': () => import('./fan-out.ts'),
  seal: () => import('./seal.ts'),
  memory: () => import('./memory.ts'),
  cycles: () => import('./cycles.ts'),
  flood: () => import('./flood.ts'),
  start: () => import('./start.ts'),
  rules: () => import('./rules.ts'),
  alarm: () => import('./alarm.ts'),
  events: () => import('./events.ts'),
  unlock: () => import('./unlock.ts'),
  grants: () => import('./grants.ts'),
  history: () => import('./history.ts'),
  audit: () => import('./audit.ts'),
};

const [name, ...given] = process.argv.slice(2).toSorted((left) => (left === '--json' ? 1 : 0));
const load = name === undefined ? undefined : benchmarks[name];
if (name === undefined || name === '--help') {
  for (const [known, loads] of Object.entries(benchmarks)) list(known, (await loads()).benchmark);
} else if (load === undefined) {
  console.error(`there is no benchmark "${name}"; there are: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 2;
} else {
  const { benchmark } = await load();
  const options = optionsOf(benchmark, given);
  if (options === undefined) {
    process.exitCode = 2;
  } else {
    const figures = await benchmark.run((option) => options[option] ?? '');
    if (options.json === undefined) printTable(name, benchmark, figures);
    else for (const figure of figures) console.log(JSON.stringify({ bench: name, ...rounded(figure) }));
  }
}

function list(known: string, { title, options = {} }: Benchmark): void {
  console.log(`${known.padEnd(14)}${title}`);
  for (const [option, { about, default: preset }] of Object.entries(options))
    console.log(`${' '.repeat(16)}--${option}: ${about} (${preset})`);
}

/** What it was told, with the defaults; undefined where it makes no sense, which was said. */
function optionsOf(
  { options = {} }: Benchmark,
  args: readonly string[],
): Readonly<Record<string, string>> | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        ...Object.fromEntries(
          Object.entries(options).map(([option, it]) => [option, { type: 'string', default: it.default }]),
        ),
      },
    });
    return Object.fromEntries(Object.entries(values).map(([option, value]) => [option, String(value)]));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** Three digits are all that a benchmark knows. */
function rounded(figure: Figure): Figure {
  const scale = Math.abs(figure.value) < 10 ? 100 : 10;
  return { ...figure, value: Math.round(figure.value * scale) / scale };
}

function printTable(bench: string, { title }: Benchmark, figures: readonly Figure[]): void {
  console.log(`${bench}: ${title}\n`);
  const width = Math.max(...figures.map((figure) => figure.case.length));
  const metricWidth = Math.max(12, ...figures.map((figure) => figure.metric.length));
  for (const figure of figures.map(rounded)) {
    const value = String(figure.value).padStart(8);
    console.log(
      `  ${figure.case.padEnd(width)}  ${figure.metric.padEnd(metricWidth)}${value} ${figure.unit}`,
    );
  }
  console.log(
    `\nnpm run bench -- ${bench}, on\n${describeMachine()
      .map((line) => `  ${line}`)
      .join('\n')}`,
  );
}
