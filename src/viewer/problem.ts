import { z } from 'zod';
import { Refused } from '../protocol/refused.ts';

/** The body of what HTTP refuses, as any other refusal. */
export const Problem = z
  .object({ code: z.string(), message: z.string(), detail: Refused.shape.detail })
  .transform(
    ({ code, message: reason, detail }): Refused => ({ code, reason, ...(detail ? { detail } : {}) }),
  );
