import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrustFigure } from './check.ts';

const root = join(import.meta.dirname, '../..');
const deadlineMs = 20 * 60_000;

/** A promise that tests of their own already hold the device to: runs them, and counts. */
export async function byTests(...files: readonly string[]): Promise<readonly TrustFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-trust-'));
  const output = join(folder, 'results.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  try {
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--reporter=json', `--outputFile=${output}`, ...files],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], timeout: deadlineMs, killSignal: 'SIGKILL' },
    );
    await once(child, 'close');
    const results = JSON.parse(await readFile(output, 'utf8')) as Results;
    return [
      { what: 'tests that hold', value: results.numPassedTests, unit: '', must: { atLeast: 1 } },
      { what: 'tests that fail', value: results.numFailedTests, unit: '', must: { atMost: 0 } },
      {
        what: 'tests that could not run here',
        value: results.numPendingTests,
        unit: '',
        must: { atMost: 0 },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}
