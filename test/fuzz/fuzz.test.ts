import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { targets } from './targets.ts';

/** TRUST's figure for continuous integration. */
const runs = 100_000;
/** Measured: about two minutes of one core altogether. */
const deadlineMs = 20 * 60_000;

// A process of its own: the sources are loaded anew there, with counts in them.
test(`${runs} inputs to every target: no exception, and steps and copied bytes bounded by the length`, {
  timeout: deadlineMs,
}, async () => {
  const args = [join(import.meta.dirname, 'index.ts'), '--json', '--seed', '1', '--runs', String(runs)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(error.stderr || error.stdout);
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { fuzz: string; failures: number });
  expect(lines.map(({ fuzz }) => fuzz)).toEqual(Object.keys(targets));
  for (const line of lines) expect(line).toMatchObject({ failures: 0 });
});
