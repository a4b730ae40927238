/**
 * Benchmarks: `npm run bench` lists them, `npm run bench -- <name>` runs one and prints a table and what it ran on,
 * `--json` prints one line a figure instead (DESIGN's contract; scripts read it).
 */
import type { Benchmark, Figure } from './benchmark.ts';
import { describeMachine } from './machine.ts';

const benchmarks: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  'first-frame': () => import('./first-frame.ts'),
  latency: () => import('./latency.ts'),
  keyframe: () => import('./keyframe.ts'),
  memory: () => import('./memory.ts'),
  start: () => import('./start.ts'),
};

const options = process.argv.slice(2);
const json = options.includes('--json');
const [name, ...rest] = options.filter((option) => option !== '--json');
const load = name === undefined ? undefined : benchmarks[name];
if (name === undefined) {
  for (const [known, loads] of Object.entries(benchmarks))
    console.log(`${known.padEnd(14)}${(await loads()).benchmark.title}`);
} else if (load === undefined || rest.length > 0) {
  console.error(
    `there is no benchmark "${[name, ...rest].join(' ')}"; there are: ${Object.keys(benchmarks).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const { benchmark } = await load();
  const figures = await benchmark.run();
  if (json) for (const figure of figures) console.log(JSON.stringify({ bench: name, ...rounded(figure) }));
  else printTable(name, benchmark, figures);
}

function rounded(figure: Figure): Figure {
  return { ...figure, value: Math.round(figure.value * 10) / 10 };
}

function printTable(bench: string, { title }: Benchmark, figures: readonly Figure[]): void {
  console.log(`${bench}: ${title}\n`);
  const width = Math.max(...figures.map((figure) => figure.case.length));
  for (const figure of figures.map(rounded)) {
    const value = String(figure.value).padStart(8);
    console.log(`  ${figure.case.padEnd(width)}  ${figure.metric.padEnd(12)}${value} ${figure.unit}`);
  }
  console.log(
    `\nnpm run bench -- ${bench}, on\n${describeMachine()
      .map((line) => `  ${line}`)
      .join('\n')}`,
  );
}
