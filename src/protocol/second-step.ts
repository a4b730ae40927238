import { z } from 'zod';

/** What else than a grant and a key may be asked for before a lock opens. */
export const SecondStepKind = z.enum(['person']);
export type SecondStepKind = z.infer<typeof SecondStepKind>;

/** What an unlock still needs, as whoever asked is shown it. `until` is wall time in ms. */
export const SecondStepNeed = z.discriminatedUnion('kind', [
  /** Another person who may open it confirms on their page. */
  z.strictObject({ kind: z.literal('person'), until: z.number() }),
]);
export type SecondStepNeed = z.infer<typeof SecondStepNeed>;

/** An unlock that waits for somebody else, as those who may confirm it are told. */
export const Confirmation = z.strictObject({
  /** The request's id. */
  request: z.string(),
  lock: z.string(),
  /** Who asks, for people. */
  name: z.string(),
  /** Who asks; they cannot confirm it themselves. Absent: nobody with an id. */
  person: z.string().optional(),
  /** Wall time in ms. */
  until: z.number(),
});
export type Confirmation = z.infer<typeof Confirmation>;
