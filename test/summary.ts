/**
 * Prints the last line of a test run, from vitest's JSON report: `N passed, N failed`, and `, N skipped`. Before it: the
 * tests that passed only when they were tried once more.
 *
 *     node test/summary.ts <report> <vitest's exit code> [passed|failed: the checks before it]
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string().default(''),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
});

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names of those that failed first and passed then. */
  readonly again: readonly string[];
}

/**
 * Counts a run. A file that broke before its tests counts as one failure, and so does a run that ended badly with
 * no test to blame (an unhandled rejection, a crash, no report): nothing that went wrong can read as "0 failed".
 */
export function summarize(report: string, exitCode: number, checks: string): Summary {
  const checked = { passed: checks === 'passed' ? 1 : 0, failed: checks === 'failed' ? 1 : 0 };
  const parsed = Report.safeParse(parse(report));
  if (!parsed.success) return { passed: checked.passed, failed: checked.failed + 1, skipped: 0, again: [] };
  const run = parsed.data;
  const brokenFiles = run.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failedTests = run.numFailedTests + brokenFiles;
  const blameless = failedTests === 0 && (exitCode !== 0 || run.numPassedTests === 0) ? 1 : 0;
  return {
    passed: run.numPassedTests + checked.passed,
    failed: failedTests + blameless + checked.failed,
    skipped: run.numPendingTests + run.numTodoTests,
    again: run.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
      .map(({ fullName }) => fullName),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function line({ passed, failed, skipped }: Omit<Summary, 'again'>): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [path = '', exitCode = '1', checks = ''] = process.argv.slice(2);
  const summary = summarize(readFileSync(path, 'utf8'), Number(exitCode), checks);
  for (const name of summary.again) console.log(`passed when tried again: ${name}`);
  console.log(line(summary));
  process.exitCode = summary.failed === 0 ? 0 : 1;
}
