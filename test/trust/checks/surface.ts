import { byTests } from '../by-tests.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title: 'open ports and outbound connections are those that are documented',
  run: () => byTests('test/e2e/surface.test.ts'),
};
