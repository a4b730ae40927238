import { z } from 'zod';
import { PublicKey } from './access.ts';
import { base64url } from './base64url.ts';

/** A newcomer to the device, as the first thing its key says in a sealed conversation. */
export const SealedJoin = z.strictObject({
  type: z.literal('join'),
  invitation: base64url(16),
  secret: base64url(16),
  key: PublicKey,
  label: z.string().trim().min(1).max(60),
  name: z.string().trim().min(1).max(60).optional(),
  /** Over `joinStatement`, with {@link sealedOrigin}. */
  signature: base64url(64),
});
export type SealedJoin = z.infer<typeof SealedJoin>;

/** Stands for the page's origin where a conversation is bound to the device's key instead. */
export const sealedOrigin = 'sealed';

/** The device's answer, with which the conversation ends. */
export const SealedJoinAnswer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('joined'), person: z.string() }),
  /** `code` is one of docs/errors.md. */
  z.strictObject({ type: z.literal('refused'), code: z.string(), reason: z.string() }),
]);
export type SealedJoinAnswer = z.infer<typeof SealedJoinAnswer>;
