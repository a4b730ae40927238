import { expect, test } from 'vitest';
import { line, summarize } from './summary.ts';

const report = (
  counts: { passed?: number; failed?: number; skipped?: number; todo?: number },
  files: unknown[] = [],
) =>
  JSON.stringify({
    numPassedTests: counts.passed ?? 0,
    numFailedTests: counts.failed ?? 0,
    numPendingTests: counts.skipped ?? 0,
    numTodoTests: counts.todo ?? 0,
    testResults: files,
  });

test.each([
  ['all pass', report({ passed: 3 }), 0, '', '3 passed, 0 failed'],
  ['one fails', report({ passed: 2, failed: 1 }), 1, '', '2 passed, 1 failed'],
  ['some are skipped', report({ passed: 2, skipped: 1, todo: 1 }), 0, '', '2 passed, 0 failed, 2 skipped'],
  [
    'a file breaks before its tests',
    report({ passed: 2 }, [{ status: 'failed', assertionResults: [] }]),
    1,
    '',
    '2 passed, 1 failed',
  ],
  [
    'a file fails by its tests',
    report({ passed: 2, failed: 1 }, [{ status: 'failed', assertionResults: [{ status: 'failed' }] }]),
    1,
    '',
    '2 passed, 1 failed',
  ],
  ['all pass and something else went wrong', report({ passed: 2 }), 1, '', '2 passed, 1 failed'],
  ['nothing ran', report({}), 0, '', '0 passed, 1 failed'],
  ['there is no report', '', 1, '', '0 passed, 1 failed'],
  ['the report is cut short', '{"numPassedTests": 3', 0, '', '0 passed, 1 failed'],
  ['the checks before pass', report({ passed: 2 }), 0, 'passed', '3 passed, 0 failed'],
  ['the checks before fail', report({ passed: 2 }), 0, 'failed', '2 passed, 1 failed'],
])('where %s, the last line says so', (_, text, exitCode, checks, expected) => {
  expect(line(summarize(text, exitCode, checks))).toBe(expected);
});

test('what passed only when it was tried once more is named', () => {
  const assertionResults = [
    { status: 'passed', fullName: 'a camera opens', failureMessages: ['too late'] },
    { status: 'passed', fullName: 'a camera closes', failureMessages: [] },
  ];
  const text = report({ passed: 2 }, [{ status: 'passed', assertionResults }]);
  expect(summarize(text, 0, '').again).toEqual(['a camera opens']);
});
