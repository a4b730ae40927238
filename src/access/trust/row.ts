import { z } from 'zod';
import { Grant, Invitation, Person, PersonCode, PersonKey } from '../../protocol/access.ts';
import { CredentialId, Passkey } from '../../protocol/passkey.ts';

const text = z.string().max(64);

/** What is kept of people and what they may do; read from the disk, so it is looked at before it is believed. */
export const TrustRow = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('person'),
      id: text,
      body: Person.omit({ keys: true, passkeys: true, grants: true, codes: true }),
    }),
    z.strictObject({
      kind: z.literal('key'),
      id: text,
      body: PersonKey.extend({ person: Person.shape.id, revokedAt: z.number().optional() }),
    }),
    z.strictObject({
      kind: z.literal('passkey'),
      id: text,
      body: Passkey.extend({
        person: Person.shape.id,
        credential: CredentialId,
        /** COSE (RFC 9052), base64url. */
        publicKey: z.string().max(2_048),
        counter: z.int().min(0),
        revokedAt: z.number().optional(),
      }),
    }),
    z.strictObject({ kind: z.literal('grant'), id: text, body: Grant }),
    z.strictObject({
      kind: z.literal('invitation'),
      id: text,
      // Not the secret itself: whoever reads the file cannot open an invitation.
      body: Invitation.extend({ secretHash: text, recovery: z.literal(true).optional() }),
    }),
    z.strictObject({
      kind: z.literal('code'),
      id: text,
      // Not the code itself: whoever reads the file cannot open by it.
      body: PersonCode.omit({ lost: true }).extend({
        person: Person.shape.id,
        hash: text,
        secret: text,
        revokedAt: z.number().optional(),
      }),
    }),
    z.strictObject({
      kind: z.literal('counter'),
      id: text,
      body: z.strictObject({ id: text, value: z.number() }),
    }),
  ])
  .refine(({ id, body }) => id === body.id, { path: ['id'], error: 'a row has the id of what it holds' });
export type TrustRow = z.infer<typeof TrustRow>;
