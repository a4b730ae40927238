import { testCamera } from './test.ts';
import { v4l2Camera } from './v4l2.ts';

/** Every kind of camera a profile may name. */
export const cameraKinds = [testCamera, v4l2Camera] as const;
