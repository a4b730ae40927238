import { z } from 'zod';
import { PersonKey, PublicKey } from './access.ts';
import { base64url } from './base64url.ts';

/** A browser of the device's own network that asks to be let in by the device's button: `POST /api/presence`. */
export const PresenceBody = z.strictObject({
  key: PublicKey,
  /** What the device gave to be signed, once. */
  challenge: z.string().max(128),
  label: PersonKey.shape.label,
  name: z.string().trim().min(1).max(60),
  /** Of the key, over `presenceStatement`. */
  signature: base64url(64),
});
export type PresenceBody = z.infer<typeof PresenceBody>;

/** The device's answer. It is asked again until it says `in` or `out`. */
export const PresenceAnswer = z.discriminatedUnion('state', [
  /** Nobody has held the button yet. */
  z.strictObject({ state: z.literal('closed') }),
  /** This key has asked; in so many ms it is decided. */
  z.strictObject({ state: z.literal('waiting'), ms: z.number() }),
  z.strictObject({ state: z.literal('in'), person: z.string() }),
  /** Another asked too, or it could not be kept. */
  z.strictObject({ state: z.literal('out'), because: z.enum(['others', 'failed']) }),
]);
export type PresenceAnswer = z.infer<typeof PresenceAnswer>;
