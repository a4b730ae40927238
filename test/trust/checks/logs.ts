import { byTests } from '../by-tests.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title: 'no log line names a secret, and none at info an address',
  run: () => byTests('test/e2e/logs.test.ts'),
};
