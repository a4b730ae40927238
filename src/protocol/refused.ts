import { z } from 'zod';

/** Why something is refused, as people are told: by its code they read it in their own language. */
export const Refused = z.strictObject({
  /** One of docs/errors.md. */
  code: z.string(),
  /** A reason that a person understands. */
  reason: z.string(),
  /** The values in it; with `access/denied` and links that are over also `why` (denial.ts). */
  detail: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type Refused = z.infer<typeof Refused>;
