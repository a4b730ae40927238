import { decodeBase64url, encodeBase64url } from './base64url.ts';

// Ed25519 (RFC 8032) by WebCrypto, the same in a page and on the device. Keys and signatures travel as base64url of
// their raw bytes.

/** WebCrypto's `CryptoKey`, whichever library of types knows it. */
export type SigningKey = Parameters<typeof crypto.subtle.sign>[1];
/** WebCrypto's `CryptoKeyPair`. */
export interface KeyPair {
  readonly privateKey: SigningKey;
  readonly publicKey: SigningKey;
}

const algorithm = 'Ed25519';
const publicKeyBytes = 32;
const signatureBytes = 64;

/** @param extractable false in a browser: its key never leaves it. */
export async function generateKey(extractable: boolean): Promise<KeyPair> {
  return (await crypto.subtle.generateKey(algorithm, extractable, ['sign', 'verify'])) as KeyPair;
}

/** The raw public key. */
export async function publicKeyOf({ publicKey }: Pick<KeyPair, 'publicKey'>): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
}

/** SHA-256 of a raw public key: its name. @throws TypeError where it is no key */
export async function keyIdOf(publicKey: string): Promise<string> {
  const raw = decodeBase64url(publicKey);
  if (raw?.length !== publicKeyBytes) throw new TypeError('no Ed25519 public key');
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', raw)));
}

/** SHA-256 of a text. */
export async function sha256(text: string): Promise<string> {
  return encodeBase64url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
  );
}

/** Signs one of the texts of statements.ts. */
export async function sign(privateKey: SigningKey, statement: string): Promise<string> {
  const signature = await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(statement));
  return encodeBase64url(new Uint8Array(signature));
}

/** Whether the holder of `publicKey` signed `statement`. Never throws, whatever it is given. */
export async function verify(publicKey: string, statement: string, signature: string): Promise<boolean> {
  const raw = decodeBase64url(publicKey);
  const signed = decodeBase64url(signature);
  if (raw?.length !== publicKeyBytes || signed?.length !== signatureBytes) return false;
  try {
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, signed, new TextEncoder().encode(statement));
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}
