import { z } from 'zod';

const ActionNames = z.array(z.string().min(1).max(64)).max(32).default([]);

/** A keypad's name, as the trail calls it. */
export const KeypadName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,39}$/, 'small letters, digits, points, hyphens and underscores');

/** The keys of every keypad in a profile, beside those of its kind. */
export const KeypadSettings = z.strictObject({
  title: z.string().min(1).max(100).optional().describe('What people read; made from its name by default'),
  lock: z.string().min(1).max(64).describe('The lock that its codes open'),
  accepted: ActionNames.describe('Actions for a code that holds: a green light, a short sound'),
  refused: ActionNames.describe('Actions for one that does not, and while it takes none'),
});
export type KeypadSettings = z.output<typeof KeypadSettings>;
