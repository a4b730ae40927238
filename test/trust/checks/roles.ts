import { byTests } from '../by-tests.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title: 'each door lets through whom the table in docs/access.md says, and nobody else',
  run: () => byTests('test/http/doors.test.ts'),
};
