import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { generateKey, publicKeyOf, sign } from '../../src/identity/keys.ts';
import {
  holds,
  leadingFrom,
  nextLink,
  Succession,
  type SuccessionLink,
} from '../../src/identity/succession.ts';

interface Signer {
  readonly publicKey: string;
  sign(statement: string): Promise<string>;
}

async function newSigner(): Promise<Signer> {
  const pair = await generateKey(false);
  return { publicKey: await publicKeyOf(pair), sign: (statement) => sign(pair.privateKey, statement) };
}

async function chainOf(keys: readonly Signer[]): Promise<SuccessionLink[]> {
  const chain: SuccessionLink[] = [];
  for (const [at, from] of keys.slice(0, -1).entries()) {
    const to = keys[at + 1] as Signer;
    chain.push(await nextLink(chain, { from, to, time: 1_000 * at, heads: 10 * at }));
  }
  return chain;
}

let keys: Signer[];
let chain: SuccessionLink[];
beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 5 }, newSigner));
  chain = await chainOf(keys);
});
const key = (at: number): string => keys.at(at)?.publicKey ?? '';

test('a chain leads from every key of it to the present one, and from no other', async () => {
  expect(await holds(chain)).toBe(true);
  expect(await holds([])).toBe(true);
  for (let at = 0; at < keys.length; at += 1)
    expect(await leadingFrom(key(at), key(-1), chain)).toEqual(chain.slice(at));
  const { publicKey } = await newSigner();
  expect(await leadingFrom(publicKey, key(-1), chain)).toBeUndefined();
  expect(await leadingFrom(key(0), publicKey, chain)).toBeUndefined();
  // Back is no way, either.
  expect(await leadingFrom(key(-1), key(0), chain)).toBeUndefined();
});

test('a chain with anything in it changed leads nowhere', async () => {
  const text = JSON.stringify(chain);
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 33, max: 126 }), async (at, code) => {
      const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
      fc.pre(changed !== text);
      let parsed: unknown;
      try {
        parsed = JSON.parse(changed);
      } catch {
        return;
      }
      const { data } = Succession.safeParse(parsed);
      // Another spelling of the same numbers is the same chain.
      fc.pre(JSON.stringify(data) !== text);
      expect(data !== undefined && (await holds(data))).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('links that are left out, repeated, turned round or of another chain lead nowhere', async () => {
  const [one, two, three] = chain as [SuccessionLink, SuccessionLink, SuccessionLink];
  const other = await chainOf([keys[1] as Signer, await newSigner(), await newSigner()]);
  for (const wrong of [
    [one, three],
    [one, one, two],
    [two, one],
    [two],
    [one, ...other],
    [{ ...one, byOld: one.byNew, byNew: one.byOld }],
  ])
    expect(await holds(wrong)).toBe(false);
});

test('a key that was left is not come back to', async () => {
  const [first, second] = keys as [Signer, Signer];
  const there = await chainOf([first, second]);
  const back = await nextLink(there, { from: second, to: first, time: 5_000, heads: 0 });
  expect(await holds([...there, back])).toBe(false);
});

test('what only one of the two keys signed leads nowhere', async () => {
  const [from, to] = keys as [Signer, Signer];
  const thief = await newSigner();
  const forged = await nextLink([], {
    from: { publicKey: from.publicKey, sign: thief.sign },
    ...{ to, time: 0, heads: 0 },
  });
  const unasked = await nextLink([], {
    from,
    to: { publicKey: to.publicKey, sign: thief.sign },
    ...{ time: 0, heads: 0 },
  });
  expect([await holds([forged]), await holds([unasked])]).toEqual([false, false]);
});
