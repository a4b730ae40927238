import { createHash } from 'node:crypto';

/** A head is signed after so many entries at the latest. */
export const entriesPerHead = 64;
/** More entries than that without a head after them, and some head is gone: the last batch may be a long one. */
export const mostUnsigned = 2 * entriesPerHead;

/** The place in a chain that a signature vouches for, and with it everything before. */
export interface Head {
  /** From 1, without gaps: a head that is gone is missed. */
  readonly number: number;
  readonly seq: number;
  readonly hash: Uint8Array;
}
export interface SignedHead extends Head {
  /** Of {@link headStatement}, by the device's key. */
  readonly signature: string;
}

/** What the first entry of a device's trail is chained to, so that no trail begins like another device's. */
export function genesisHash(publicKey: string): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify(['vedette audit 1', publicKey]))
    .digest();
}

/** An entry's hash: SHA-256 of the hash before it and the entry in its one spelling. */
export function entryHash(before: Uint8Array, canonical: string): Uint8Array {
  return createHash('sha256').update(before).update(canonical).digest();
}

/** What the device signs of a head; the purpose stands first, as in all that is signed (identity/statements.ts). */
export function headStatement(publicKey: string, { number, seq, hash }: Head): string {
  const parts = [publicKey, String(number), String(seq), base64url(hash)];
  return JSON.stringify(['vedette audit head 1', ...parts]);
}

export function base64url(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64url');
}

export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
