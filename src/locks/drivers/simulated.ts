import { z } from 'zod';
import { durationBetween } from '../../protocol/duration.ts';
import type { LockKind } from '../kind.ts';

const SimulatedOptions = z.strictObject({
  takes: durationBetween('0ms', '10s').prefault('700ms').describe('How long its bolt moves'),
  begins: z.enum(['locked', 'unlocked']).default('locked').describe('How it is found'),
});

/** A lock without hardware. */
export const simulatedLock: LockKind<typeof SimulatedOptions> = {
  kind: 'simulated',
  options: SimulatedOptions,
  holdsMs: () => undefined,
  open: ({ takes, begins }) => ({
    start: () => Promise.resolve(begins),
    drive: (_to, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          resolve({ result: 'done' });
        };
        const timer = setTimeout(done, takes);
        signal.addEventListener('abort', done, { once: true });
      }),
    stop: () => Promise.resolve(),
  }),
};
