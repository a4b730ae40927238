import type { Check } from './check.ts';

/** What Vedette promises, each with a check. Loaded on use. */
export const checks: Readonly<Record<string, () => Promise<{ readonly check: Check }>>> = {
  'wrong-key': () => import('./checks/wrong-key.ts'),
  fuzz: () => import('./checks/fuzz.ts'),
  truncate: () => import('./checks/truncate.ts'),
  vanish: () => import('./checks/vanish.ts'),
  'slow-viewer': () => import('./checks/slow-viewer.ts'),
  logs: () => import('./checks/logs.ts'),
  camera: () => import('./checks/camera.ts'),
  surface: () => import('./checks/surface.ts'),
};
