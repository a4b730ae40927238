import { z } from 'zod';

/** Of a code that is typed at a keypad. */
export const codeDigits = 8;

/** A keypad of the device, as those who give codes see it. */
export const KeypadDescription = z.strictObject({
  keypad: z.string(),
  title: z.string(),
  /** The lock it opens. */
  lock: z.string(),
});
export type KeypadDescription = z.infer<typeof KeypadDescription>;
