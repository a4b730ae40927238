import { z } from 'zod';

/** Bytes of WebAuthn (W3C, Level 2) in base64url, so many characters at the most. */
const bytes = (maxCharacters: number) =>
  z
    .string()
    .min(1)
    .max(maxCharacters)
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url');
/** Up to 1,023 bytes (W3C WebAuthn, 5.8.3). */
export const CredentialId = bytes(1_364);

/** A passkey of a person, as people see it. */
export const Passkey = z.strictObject({
  id: z.string().max(64),
  /** Whose pages it works on: a host name. */
  rpId: z.string().max(253),
  /** What it was made on: `Chrome on Android`. */
  label: z.string().trim().min(1).max(60),
  addedAt: z.number(),
});
export type Passkey = z.infer<typeof Passkey>;

/** What a browser makes of a new passkey (`AuthenticatorAttestationResponse`). */
export const NewCredential = z.strictObject({
  credential: CredentialId,
  clientDataJSON: bytes(2_048),
  attestationObject: bytes(4_096),
});
export type NewCredential = z.infer<typeof NewCredential>;

/** What a browser makes where somebody proves who they are (`AuthenticatorAssertionResponse`). */
export const Assertion = z.strictObject({
  credential: CredentialId,
  clientDataJSON: bytes(2_048),
  authenticatorData: bytes(1_024),
  signature: bytes(1_024),
});
export type Assertion = z.infer<typeof Assertion>;
