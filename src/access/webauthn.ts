import { decodeBase64url, encodeBase64url } from '../identity/base64url.ts';
import type { Assertion, NewCredential } from '../protocol/passkey.ts';
import type { PasskeyBody } from './rows.ts';

/** Loaded when it is first needed: most devices never do. */
const library = () => import('@simplewebauthn/server');

/** Pages of the device, where a passkey may be made and used. */
export interface PasskeyPages {
  /** `https://porch.local:8480` */
  readonly origins: readonly string[];
  /** Their host names; an address is none (W3C WebAuthn, 5.1.2). */
  readonly rpIds: readonly string[];
}

/** The pages that passkeys work on, of all the addresses of the device's page. */
export function passkeyPages(pages: readonly URL[]): PasskeyPages {
  const named = pages.filter(({ hostname }) => !/^\[|^\d+(\.\d+){3}$/.test(hostname));
  return {
    origins: [...new Set(named.map(({ origin }) => origin))],
    rpIds: [...new Set(named.map(({ hostname }) => hostname))],
  };
}

/** What is kept of a new passkey, where it is one, of our page, and its person was verified. Else why not. */
export async function newPasskey(
  { credential: id, clientDataJSON, attestationObject }: NewCredential,
  expectedChallenge: string,
  { origins, rpIds }: PasskeyPages,
): Promise<Pick<PasskeyBody, 'credential' | 'publicKey' | 'counter' | 'rpId'> | { readonly wrong: string }> {
  try {
    const { verifyRegistrationResponse } = await library();
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge,
      expectedOrigin: [...origins],
      expectedRPID: [...rpIds],
      requireUserVerification: true,
    });
    if (registrationInfo?.rpID === undefined) return { wrong: 'its signature is not right' };
    const { id: credential, publicKey, counter } = registrationInfo.credential;
    return { credential, publicKey: encodeBase64url(publicKey), counter, rpId: registrationInfo.rpID };
  } catch (error) {
    return { wrong: reasonOf(error) };
  }
}

/** The counter of the authenticator that proved `expectedChallenge` with its person verified, or why it did not. */
export async function assertedCounter(
  { credential: id, clientDataJSON, authenticatorData, signature }: Assertion,
  expectedChallenge: string,
  { origins }: PasskeyPages,
  passkey: PasskeyBody,
): Promise<number | { readonly wrong: string }> {
  const publicKey = decodeBase64url(passkey.publicKey);
  if (!publicKey) return { wrong: 'its public key cannot be read' };
  try {
    const { verifyAuthenticationResponse } = await library();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge,
      expectedOrigin: [...origins],
      expectedRPID: passkey.rpId,
      credential: { id: passkey.credential, publicKey, counter: passkey.counter },
      requireUserVerification: true,
    });
    if (!verified || !authenticationInfo.userVerified) return { wrong: 'its signature is not right' };
    return authenticationInfo.newCounter;
  } catch (error) {
    return { wrong: reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).slice(0, 120);
