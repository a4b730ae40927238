/**
 * What Vedette promises: `npm run trust` lists the checks, `npm run trust -- <check>` runs one, prints its figures and
 * exits with 1 where it falls short; `--json` prints them as one line instead.
 */
import { type Check, holds, type TrustFigure } from './check.ts';
import { checks } from './checks.ts';

const options = process.argv.slice(2);
const json = options.includes('--json');
const [name, ...rest] = options.filter((option) => option !== '--json');
const load = name === undefined ? undefined : checks[name];
if (name === undefined) {
  const width = Math.max(...Object.keys(checks).map(({ length }) => length)) + 2;
  for (const [known, loads] of Object.entries(checks))
    console.log(`${known.padEnd(width)}${(await loads()).check.title}`);
} else if (load === undefined || rest.length > 0) {
  console.error(
    `there is no check "${[name, ...rest].join(' ')}"; there are: ${Object.keys(checks).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  await run(name, (await load()).check);
}

async function run(name: string, check: Check): Promise<void> {
  const figures = await check.run();
  if (typeof figures === 'string') {
    // Not seen to hold: no success, and told apart from a failure.
    process.exitCode = 3;
    if (json) console.log(JSON.stringify({ trust: name, skipped: figures }));
    else console.log(`${name} cannot run here: ${figures}`);
    return;
  }
  const passed = figures.length > 0 && figures.every(holds);
  if (!passed) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify({ trust: name, passed, figures: figures.map(rounded) }));
    return;
  }
  console.log(`${name}: ${check.title}\n`);
  for (const figure of figures.map(rounded)) console.log(`  ${line(figure)}`);
  console.log(`\n${passed ? 'holds' : 'FALLS SHORT'}`);
}

function line(figure: TrustFigure): string {
  const { what, value, unit, must } = figure;
  const limit = 'atMost' in must ? `at most ${must.atMost}` : `at least ${must.atLeast}`;
  return `${holds(figure) ? ' ' : '!'} ${what.padEnd(52)}${String(value).padStart(10)} ${unit.padEnd(8)} (${limit})`;
}

function rounded(figure: TrustFigure): TrustFigure {
  return { ...figure, value: Math.round(figure.value * 100) / 100 };
}
