import { verify } from '../../identity/keys.ts';
import type { Succession } from '../../identity/succession.ts';
import { genesisHash, headStatement, type SignedHead } from './chain.ts';

/** Whose trail it is: the device's key, and how it came to it. */
export interface TrailKeys {
  readonly publicKey: string;
  /** Proved already. */
  readonly succession?: Succession;
}

/** The key that a device began with. */
export const firstKey = ({ publicKey, succession }: TrailKeys): string => succession?.[0]?.from ?? publicKey;

/** What the first entry of a device's trail is chained to: its first key. */
export const genesisOf = (keys: TrailKeys): Uint8Array => genesisHash(firstKey(keys));

/**
 * Which of a device's keys signed a head, counted from 0; undefined where none did that might. An old key counts for as many
 * heads as its last word says, and for none after one of a later key.
 * @param from no key before this one
 */
export async function signerOf(
  { publicKey, succession = [] }: TrailKeys,
  head: SignedHead,
  from = 0,
): Promise<number | undefined> {
  const keys = [
    ...succession.map((link) => ({ key: link.from, heads: link.heads })),
    { key: publicKey, heads: Infinity },
  ];
  for (const [at, { key, heads }] of keys.entries()) {
    if (at < from || head.number > heads) continue;
    if (await verify(key, headStatement(key, head), head.signature)) return at;
  }
  return undefined;
}
