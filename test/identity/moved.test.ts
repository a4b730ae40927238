import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { maxMovedChars, readMoved, writeMoved } from '../../src/identity/moved.ts';
import type { Speaker } from '../../src/identity/sealed-channel.ts';
import { maxChanges, nextLink, type SuccessionLink } from '../../src/identity/succession.ts';
import { sealHolder, speaker } from './parties.ts';

let keys: Speaker[];
let chain: SuccessionLink[];
let sealKey: string;
let said: string;
beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 4 }, speaker));
  chain = await chainOf(keys);
  sealKey = (await sealHolder()).publicKey;
  said = await saidBy(key(-1), chain);
});

const key = (at: number): Speaker => keys.at(at) as Speaker;
const saidBy = (device: Speaker, succession: SuccessionLink[], signer = device): Promise<string> =>
  writeMoved({ publicKey: device.publicKey, sealKey, succession, sign: signer.sign });

async function chainOf(all: readonly Speaker[]): Promise<SuccessionLink[]> {
  const made: SuccessionLink[] = [];
  for (const [at, from] of all.slice(0, -1).entries())
    made.push(await nextLink(made, { from, to: all[at + 1] as Speaker, time: 1_000 * at, heads: 10 * at }));
  return made;
}

test('whoever knows an earlier key is led to the present one and its seal key', async () => {
  for (const at of [0, 1, 2])
    expect(await readMoved(said, key(at).publicKey)).toEqual({
      ...{ publicKey: key(-1).publicKey, sealKey },
      succession: chain.slice(at),
    });
});

test('leads nobody who knows the present key, a later one than it names, or another device', async () => {
  const earlier = await saidBy(key(1), chain.slice(0, 1));
  expect(await readMoved(earlier, key(0).publicKey)).toMatchObject({ publicKey: key(1).publicKey });
  for (const known of [key(1), key(2)]) expect(await readMoved(earlier, known.publicKey)).toBeUndefined();
  for (const known of [key(-1), await speaker()])
    expect(await readMoved(said, known.publicKey)).toBeUndefined();
});

test('a seal key counts only where the new key itself vouches for it', async () => {
  const thief = await speaker();
  for (const signer of [thief, key(0), key(2)])
    expect(await readMoved(await saidBy(key(-1), chain, signer), key(0).publicKey)).toBeUndefined();
  // What the device signed for one seal key says nothing of another.
  const other = JSON.stringify({ ...JSON.parse(said), seal: (await sealHolder()).publicKey });
  expect(await readMoved(other, key(0).publicKey)).toBeUndefined();
});

test('a thief who lacks the old key leads nobody away', async () => {
  const thief = await speaker();
  const forged = await nextLink([], {
    from: { publicKey: key(0).publicKey, sign: thief.sign },
    ...{ to: thief, time: 0, heads: 0 },
  });
  expect(await readMoved(await saidBy(thief, [forged]), key(0).publicKey)).toBeUndefined();
  // Nor by a true chain with his own key at its end.
  const more = await nextLink(chain, { from: thief, to: await speaker(), time: 0, heads: 0 });
  expect(await readMoved(await saidBy(thief, [...chain, more]), key(0).publicKey)).toBeUndefined();
});

test('with anything in it changed it leads nowhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(said.length - 1), fc.integer({ min: 33, max: 126 }), async (at, code) => {
      const changed = said.slice(0, at) + String.fromCharCode(code) + said.slice(at + 1);
      const moved = await readMoved(changed, key(0).publicKey);
      // Another spelling of the same is the same.
      if (moved) expect(moved).toMatchObject({ publicKey: key(-1).publicKey, sealKey, succession: chain });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['text', fc.string({ unit: 'binary' })],
  ['JSON', fc.json()],
  ['presence', fc.constantFrom('', 'online', 'offline')],
  [
    'its shape',
    fc
      .record({ succession: fc.array(fc.object()), seal: fc.string(), signature: fc.string() })
      .map((given) => JSON.stringify(given)),
  ],
])('garbage leads nowhere and breaks nothing: %s', async (_what, garbage) => {
  await fc.assert(
    fc.asyncProperty(garbage as fc.Arbitrary<string>, async (text) => {
      expect(await readMoved(text, key(0).publicKey)).toBeUndefined();
    }),
  );
});

test('the most changes there can be fit, and what is longer is not read', async () => {
  const most = await chainOf(await Promise.all(Array.from({ length: maxChanges + 1 }, speaker)));
  const signature = 'A'.repeat(86);
  expect(JSON.stringify({ succession: most, seal: sealKey, signature }).length).toBeLessThan(maxMovedChars);
  expect(await readMoved(said + ' '.repeat(maxMovedChars), key(0).publicKey)).toBeUndefined();
  expect(await readMoved(`${said} `, key(0).publicKey)).toBeDefined();
});
