import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start browsers, cameras or whole devices. */
const wholeDevice = [
  'test/e2e/**/*.test.ts',
  'test/viewer/page/**/*.test.ts',
  'test/bin/**/*.test.ts',
  'test/bench/**/*.test.ts',
  'test/interop/**/*.test.ts',
  // A process of its own, that computes for a minute.
  'test/fuzz/fuzz.test.ts',
];

/**
 * Every open port is looked at, an end within seconds is promised, or an emulated processor has to keep up with a camera:
 * one file at a time.
 */
const wholeMachine = ['test/e2e/surface.test.ts', 'test/e2e/exit.test.ts', 'test/rig/**/*.test.ts'];

/** What takes minutes and is told apart from everything else: `npm run test:long` has it. */
const long =
  process.env.VEDETTE_LONG === undefined
    ? [
        'test/rig/access.test.ts',
        'test/rig/camera.test.ts',
        'test/rig/lock.test.ts',
        'test/rig/sensors.test.ts',
        'test/e2e/keypad-code.test.ts',
      ]
    : [];

const deviceDeadlines = { testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * Whoever starts whole devices waits for half of the time, and runs beside what computes: one file more than there are
 * processors, the whole devices first (vitest takes projects by their names), so that the small files fill what they leave.
 */
const maxWorkers = Math.min(5, availableParallelism() + 1);

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
    maxWorkers,
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
          exclude: [...wholeMachine, ...long],
          sequence: { groupOrder: 0 },
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
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
