import { z } from 'zod';
import { base64url } from '../protocol/base64url.ts';
import { verify } from './keys.ts';
import { successionStatement } from './statements.ts';

/** More changes of one device's key than anybody makes. */
export const maxChanges = 64;

/** A device's key says which one follows it, and that one says so too. */
const SuccessionLink = z.strictObject({
  /** From 1, without gaps. */
  number: z.int().min(1).max(maxChanges),
  /** The old key. */
  from: base64url(32),
  /** The new key. */
  to: base64url(32),
  /** When, wall time in ms. */
  time: z.number().min(0).max(8.64e15),
  /** So many heads of the audit trail are there that the old key may have signed; it signs no more. */
  heads: z.int().min(0),
  /** Of the old key, over `successionStatement`. */
  byOld: base64url(64),
  /** Of the new one. */
  byNew: base64url(64),
});
export type SuccessionLink = z.infer<typeof SuccessionLink>;

/** All changes of a device's key, the oldest first. Not yet proved: see {@link holds}. */
export const Succession = z.array(SuccessionLink).max(maxChanges);
export type Succession = readonly SuccessionLink[];

/** Whether it is one chain, without a gap or a loop, and everything in it signed by both keys. Never throws. */
export async function holds(succession: Succession): Promise<boolean> {
  const seen = new Set<string>();
  for (const [at, link] of succession.entries()) {
    const before = succession[at - 1];
    if (link.number !== at + 1 || (before && before.to !== link.from) || link.from === link.to) return false;
    seen.add(link.from);
    if (seen.has(link.to)) return false;
    const statement = successionStatement(link);
    if (!(await verify(link.from, statement, link.byOld))) return false;
    if (!(await verify(link.to, statement, link.byNew))) return false;
  }
  return true;
}

/**
 * The changes that lead from a key that is known to the one that a device has now: none where it is that one; undefined
 * where no chain leads there. Never throws.
 */
export async function leadingFrom(
  known: string,
  present: string,
  succession: Succession,
): Promise<Succession | undefined> {
  if (known === present) return [];
  const start = succession.findIndex(({ from }) => from === known);
  if (start < 0 || succession.at(-1)?.to !== present || !(await holds(succession))) return undefined;
  return succession.slice(start);
}

/** A key that signs. */
interface Signer {
  readonly publicKey: string;
  sign(statement: string): Promise<string>;
}

/** The next change: both keys sign it. */
export async function nextLink(
  before: Succession,
  {
    from,
    to,
    time,
    heads,
  }: { readonly from: Signer; readonly to: Signer; readonly time: number; readonly heads: number },
): Promise<SuccessionLink> {
  const link = { number: before.length + 1, from: from.publicKey, to: to.publicKey, time, heads };
  const statement = successionStatement(link);
  return { ...link, byOld: await from.sign(statement), byNew: await to.sign(statement) };
}
