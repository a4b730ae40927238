import type { Check } from './check.ts';

/** What Vedette promises, each with a check. Loaded on use. */
export const checks: Readonly<Record<string, () => Promise<{ readonly check: Check }>>> = {
  'wrong-key': () => import('./checks/wrong-key.ts'),
  signaling: () => import('./checks/signaling.ts'),
  fuzz: () => import('./checks/fuzz.ts'),
  truncate: () => import('./checks/truncate.ts'),
  states: () => import('./checks/states.ts'),
  vanish: () => import('./checks/vanish.ts'),
  flood: () => import('./checks/flood.ts'),
  'slow-viewer': () => import('./checks/slow-viewer.ts'),
  cycles: () => import('./checks/cycles.ts'),
  logs: () => import('./checks/logs.ts'),
  camera: () => import('./checks/camera.ts'),
  power: () => import('./checks/power.ts'),
  disk: () => import('./checks/disk.ts'),
  audit: () => import('./checks/audit.ts'),
  broker: () => import('./checks/broker.ts'),
  revoke: () => import('./checks/revoke.ts'),
  'unlock-kill': () => import('./checks/unlock-kill.ts'),
  'unlock-race': () => import('./checks/unlock-race.ts'),
  'unlock-replay': () => import('./checks/unlock-replay.ts'),
  pairing: () => import('./checks/pairing.ts'),
  roles: () => import('./checks/roles.ts'),
  clock: () => import('./checks/clock.ts'),
  surface: () => import('./checks/surface.ts'),
  service: () => import('./checks/service.ts'),
};
