import { z } from 'zod';
import { base64url } from './base64url.ts';
import { CredentialId } from './passkey.ts';

/** What else than a grant and a key may be asked for before a lock opens. */
export const SecondStepKind = z.enum(['person', 'passkey']);
export type SecondStepKind = z.infer<typeof SecondStepKind>;

/** What an unlock still needs, as whoever asked is shown it. `until` is wall time in ms. */
export const SecondStepNeed = z.discriminatedUnion('kind', [
  /** Another person who may open it confirms on their page. */
  z.strictObject({ kind: z.literal('person'), until: z.number() }),
  /** One of these, used on the page that asks: a WebAuthn assertion of `challenge`, with user verification. */
  z.strictObject({
    kind: z.literal('passkey'),
    until: z.number(),
    challenge: base64url(32),
    passkeys: z.array(z.strictObject({ credential: CredentialId, rpId: z.string().max(253) })).max(16),
  }),
]);
export type SecondStepNeed = z.infer<typeof SecondStepNeed>;

/** Somebody who may confirm an unlock as its second person. */
export const Confirmer = z.strictObject({ person: z.string(), name: z.string() });
export type Confirmer = z.infer<typeof Confirmer>;

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
