import { z } from 'zod';
import { PersonKey, PublicKey } from './access.ts';
import { base64url } from './base64url.ts';
import { Refused } from './refused.ts';

/** A browser that opened an invitation's link, to the device: `POST /api/join`. */
export const JoinBody = z.strictObject({
  invitation: base64url(16),
  secret: base64url(16),
  key: PublicKey,
  label: PersonKey.shape.label,
  name: z.string().trim().min(1).max(60).optional(),
  /** Of the key, over `joinStatement`. */
  signature: base64url(64),
});

/** The same as the first thing a key says in a sealed conversation; its statement is made with {@link sealedOrigin}. */
export const SealedJoin = JoinBody.extend({ type: z.literal('join') });

/** Stands for the page's origin where a conversation is bound to the device's key instead. */
export const sealedOrigin = 'sealed';

/** The device's answer, with which the conversation ends. */
export const SealedJoinAnswer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('joined'), person: z.string() }),
  z.strictObject({ type: z.literal('refused'), ...Refused.shape }),
]);
export type SealedJoinAnswer = z.infer<typeof SealedJoinAnswer>;
