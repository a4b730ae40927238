import { byTests } from '../by-tests.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title: 'a clock that is wrong, set back or jumps gives nobody a grant that has times',
  run: () => byTests('test/access/trusted-clock.test.ts', 'test/access/access.test.ts'),
};
