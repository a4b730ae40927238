import { decodeBase64url, encodeBase64url } from './base64url.ts';
import type { KeyPair, SigningKey } from './keys.ts';

// X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869) and AES-256-GCM by WebCrypto.

const algorithm = 'X25519';
const nonceBytes = 12;

/** A pair to agree on secrets with. @param extractable false wherever it need not be kept in a file. */
export async function generateSealKey(extractable: boolean): Promise<KeyPair> {
  return (await crypto.subtle.generateKey(algorithm, extractable, ['deriveBits'])) as KeyPair;
}

/** The secret of two parties. @throws Error where `publicKey` is no key, or one of small order */
export async function agree(own: SigningKey, publicKey: string): Promise<Uint8Array<ArrayBuffer>> {
  const raw = decodeBase64url(publicKey);
  if (raw?.length !== 32) throw new TypeError('no X25519 public key');
  const other = await crypto.subtle.importKey('raw', raw, algorithm, false, []);
  // A key of small order gives zeros, which WebCrypto refuses (Secure Curves in the Web Cryptography API).
  return new Uint8Array(await crypto.subtle.deriveBits({ name: algorithm, public: other }, own, 256));
}

/** One direction's key of one conversation: each sequence number seals once. */
export interface SealKey {
  seal(seq: number, text: string, bound: string): Promise<string>;
  /** @throws Error where it is not what was sealed under this key, sequence and `bound` */
  open(seq: number, box: string, bound: string): Promise<string>;
}

/**
 * Derives a key for one purpose.
 * @param bound what both sides must see alike: ids and nonces
 */
export async function deriveSealKey(
  secrets: readonly Uint8Array<ArrayBuffer>[],
  purpose: string,
  bound: readonly string[],
): Promise<SealKey> {
  const together = new Uint8Array(await new Blob([...secrets]).arrayBuffer());
  const material = await crypto.subtle.importKey('raw', together, 'HKDF', false, ['deriveKey']);
  const key = await crypto.subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: new Uint8Array(32),
      info: bytesOf(JSON.stringify([purpose, ...bound])),
    },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
  const parameters = (seq: number, aad: string) => ({
    name: 'AES-GCM',
    iv: nonceOf(seq),
    additionalData: bytesOf(aad),
  });
  return {
    async seal(seq, text, aad) {
      return encodeBase64url(
        new Uint8Array(await crypto.subtle.encrypt(parameters(seq, aad), key, bytesOf(text))),
      );
    },
    async open(seq, box, aad) {
      const sealed = decodeBase64url(box);
      if (sealed === undefined) throw new TypeError('no base64url');
      return new TextDecoder('utf-8', { fatal: true }).decode(
        await crypto.subtle.decrypt(parameters(seq, aad), key, sealed),
      );
    },
  };
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A key seals one message a sequence number, so the number is nonce enough. */
function nonceOf(seq: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(nonceBytes);
  new DataView(nonce.buffer).setUint32(nonceBytes - 4, seq);
  return nonce;
}
