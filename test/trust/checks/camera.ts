import { byTests } from '../by-tests.ts';
import type { Check } from '../check.ts';

export const check: Check = {
  title: 'cameras and encoders killed, hung and flooding: the picture comes back, and nothing is left behind',
  run: () => byTests('test/e2e/camera-trouble.test.ts'),
};
