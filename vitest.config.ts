import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start browsers, cameras or whole devices: one file at a time, so that they do not starve each other. */
const wholeDevice = [
  'test/e2e/**/*.test.ts',
  'test/viewer/page/**/*.test.ts',
  'test/bin/**/*.test.ts',
  'test/bench/**/*.test.ts',
  'test/interop/**/*.test.ts',
  'test/rig/**/*.test.ts',
];

export default defineConfig({
  test: {
    // Deadlines on awaited events, not measurements: generous, because CI machines are small and shared.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: wholeDevice,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: wholeDevice,
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
