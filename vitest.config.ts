import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start browsers, cameras or whole devices: two files at a time, since they mostly wait. */
const wholeDevice = [
  'test/e2e/**/*.test.ts',
  'test/viewer/page/**/*.test.ts',
  'test/bin/**/*.test.ts',
  'test/bench/**/*.test.ts',
  'test/interop/**/*.test.ts',
];

/** Tests that take the whole machine: an emulated kernel's one processor, every open port. One file at a time. */
const wholeMachine = ['test/rig/**/*.test.ts', 'test/e2e/surface.test.ts'];

/** What takes minutes and is told apart from everything else: `npm run test:long` has it. */
const long =
  process.env.VEDETTE_LONG === undefined ? ['test/rig/camera.test.ts', 'test/rig/lock.test.ts'] : [];

const deviceDeadlines = { testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * Browsers, encoders and devices beside one another on two cores: in an unwatched run the scheduler sometimes starves one of
 * them past a deadline. Such a test is tried once more there, and the report names it; never at a desk.
 */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    // Deadlines on awaited events, not measurements: generous, because CI machines are small and shared.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    retry,
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...wholeDevice, ...wholeMachine],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: wholeDevice,
          exclude: wholeMachine,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...deviceDeadlines,
        },
      },
      {
        extends: true,
        test: {
          name: 'machine',
          include: wholeMachine,
          exclude: long,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
