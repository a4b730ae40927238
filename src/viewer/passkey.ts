import { decodeBase64url, encodeBase64url } from '../identity/base64url.ts';
import type { Assertion, NewCredential } from '../protocol/passkey.ts';
import type { SecondStepNeed } from '../protocol/second-step.ts';

type PasskeyNeed = Extract<SecondStepNeed, { kind: 'passkey' }>;

/** ES256 and EdDSA, then RS256 for older Windows (IANA COSE Algorithms). */
const algorithms = [-7, -8, -257];
const timeoutMs = 60_000;

/** Why this page can have no passkeys: it is not secure, or its host is an address (W3C WebAuthn, 5.1.2). */
export function passkeyTrouble(): 'insecure' | 'address' | undefined {
  if (!isSecureContext || !('credentials' in navigator) || !('PublicKeyCredential' in globalThis))
    return 'insecure';
  return /^\[|^\d+(\.\d+){3}$/.test(location.hostname) ? 'address' : undefined;
}

/** Makes a passkey for this page; undefined where its person did not want to, or nothing here can. */
export async function makePasskey(
  {
    challenge,
    user,
  }: { readonly challenge: string; readonly user: { readonly id: string; readonly name: string } },
  title: string,
): Promise<NewCredential | undefined> {
  try {
    const made = await navigator.credentials.create({
      publicKey: {
        rp: { id: location.hostname, name: title },
        user: { id: bytesOf(user.id), name: user.name, displayName: user.name },
        challenge: bytesOf(challenge),
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        attestation: 'none',
        timeout: timeoutMs,
      },
    });
    if (!(made instanceof PublicKeyCredential)) return undefined;
    const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
    return {
      credential: made.id,
      clientDataJSON: textOf(clientDataJSON),
      attestationObject: textOf(attestationObject),
    };
  } catch {
    return undefined; // a browser says no more than that it was not allowed
  }
}

/** Whether one of these passkeys can be used on this page. */
export const isUsable = ({ passkeys }: PasskeyNeed): boolean => usable(passkeys).length > 0;

/** Proves by a passkey who is here; undefined where they did not want to, or nothing here can. */
export async function usePasskey({ challenge, passkeys }: PasskeyNeed): Promise<Assertion | undefined> {
  const [first, ...others] = usable(passkeys);
  if (first === undefined) return undefined;
  try {
    const used = await navigator.credentials.get({
      publicKey: {
        rpId: first.rpId,
        challenge: bytesOf(challenge),
        allowCredentials: [first, ...others.filter(({ rpId }) => rpId === first.rpId)].map(
          ({ credential }) => ({
            type: 'public-key',
            id: bytesOf(credential),
          }),
        ),
        userVerification: 'required',
        timeout: timeoutMs,
      },
    });
    if (!(used instanceof PublicKeyCredential)) return undefined;
    const { clientDataJSON, authenticatorData, signature } = used.response as AuthenticatorAssertionResponse;
    return {
      credential: used.id,
      clientDataJSON: textOf(clientDataJSON),
      authenticatorData: textOf(authenticatorData),
      signature: textOf(signature),
    };
  } catch {
    return undefined; // as above
  }
}

function usable(passkeys: PasskeyNeed['passkeys']): PasskeyNeed['passkeys'] {
  const host = location.hostname;
  return passkeys.filter(({ rpId }) => host === rpId || host.endsWith(`.${rpId}`));
}

const textOf = (bytes: ArrayBuffer): string => encodeBase64url(new Uint8Array(bytes));
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => decodeBase64url(text) ?? new Uint8Array();
