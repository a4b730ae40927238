import { z } from 'zod';
import { Refused } from './refused.ts';
import { Confirmer, SecondStepKind } from './second-step.ts';

/**
 * How a lock stands. `unknown`: nothing has told yet. `forced`: it was opened without an unlock. `jammed`: it was moved,
 * and its bolt did not follow.
 */
export const LockState = z.enum([
  'locked',
  'unlocking',
  'unlocked',
  'locking',
  'jammed',
  'unknown',
  'forced',
]);
export type LockState = z.infer<typeof LockState>;

/** One lock, as people see it. Times are wall time in ms. */
export const LockStatus = z.strictObject({
  lock: z.string(),
  title: z.string(),
  /** The feed that shows it. */
  feed: z.string().optional(),
  state: LockState,
  since: z.number(),
  /** Who unlocked or locked it last. */
  by: z.string().optional(),
  /** It locks again by itself at that time. */
  relocksAt: z.number().optional(),
  /** Absent where no sensor tells. */
  door: z.enum(['open', 'closed']).optional(),
  /** The door has been open for longer than it should be. */
  leftOpen: z.boolean(),
  /** Something lies in the box; absent where no sensor tells. */
  parcel: z.boolean().optional(),
  /** What its hardware is without power. */
  unpowered: z.enum(['locked', 'unlocked', 'unchanged']).optional(),
  /** What an unlock needs beside a grant. */
  secondStep: SecondStepKind.optional(),
  /** Who is asked to confirm an unlock, where a second person has to; for those alone who may open it. */
  confirmers: z.array(Confirmer).optional(),
  /** Nobody can unlock now, for this reason. */
  blocked: Refused.optional(),
});
export type LockStatus = z.infer<typeof LockStatus>;
