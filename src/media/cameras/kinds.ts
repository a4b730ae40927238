import { testCamera } from './test.ts';

/** Every kind of camera a profile may name. */
export const cameraKinds = [testCamera] as const;
