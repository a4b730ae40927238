import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newIdentity, writeTrail } from '../../../bench/trail.ts';
import type { TrustIdentity } from '../../../src/access/trust/head-signer.ts';
import { verifyTrail } from '../../../src/access/trust/verify-trail.ts';
import { faultOf } from '../../../src/sqlite-file.ts';
import { names, tamper, wayNames } from './tamper.ts';

const entries = 300;
let folder: string;
let whole: string;
let copy: string;
let identity: TrustIdentity;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-trail-'));
  whole = join(folder, 'whole.sqlite');
  copy = join(folder, 'copy.sqlite');
  identity = await newIdentity();
  await writeTrail(whole, entries, identity);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function edited(sql: string) {
  await copyFile(whole, copy);
  const database = new DatabaseSync(copy);
  database.exec(`DROP TRIGGER heads_unchanged; DROP TRIGGER heads_undeleted; ${sql}`);
  database.close();
  return await verifyTrail(copy, identity);
}

test('a trail as the device wrote it holds, to its end', async () => {
  expect(await verifyTrail(whole, identity)).toEqual({
    entries,
    signed: entries,
    heads: 5,
    newest: { seq: entries, time: expect.any(Number), hash: expect.stringMatching(/^[\w-]{43}$/) },
  });
});

test('whatever is done to any entry is found, and the entry named', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...wayNames),
      fc.integer({ min: 1, max: entries - 1 }),
      async (way, seq) => {
        await copyFile(whole, copy);
        tamper(copy, way, seq, identity.publicKey);
        const { bad, entries: hold } = await verifyTrail(copy, identity);
        expect([way, seq, bad, names(bad, way, seq)]).toEqual([way, seq, bad, true]);
        expect(hold).toBe((bad?.seq ?? 0) - 1);
      },
    ),
    { numRuns: 80 },
  );
});

test('a byte that fell over anywhere is found, or no entry has it', { timeout: 120_000 }, async () => {
  const bytes = await readFile(whole);
  const texts = (path: string) => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return database.prepare('SELECT seq, entry, hash FROM entries ORDER BY seq').all();
    } finally {
      database.close();
    }
  };
  const original = texts(whole);
  const at = fc.integer({ min: 0, max: bytes.length - 1 });
  await fc.assert(
    fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (index, flip) => {
      const spoilt = Buffer.from(bytes);
      spoilt[index] = (spoilt[index] ?? 0) ^ flip;
      await writeFile(copy, spoilt);
      // What cannot be opened is damaged; anything else is a mistake of ours.
      const report = await verifyTrail(copy, identity).catch((error: unknown) => faultOf(error));
      if (typeof report === 'string') expect(report).toBe('damaged');
      else if (!report.bad) expect(texts(copy)).toEqual(original);
    }),
    { numRuns: 150 },
  );
});

test('the last entry is missed where its signature is left', async () => {
  await copyFile(whole, copy);
  tamper(copy, 'delete', entries, identity.publicKey);
  expect((await verifyTrail(copy, identity)).bad).toEqual({
    seq: entries,
    what: expect.stringContaining(`the device signed entry ${entries}`),
  });
});

test('a signature that is gone, moved, or not this device’s is found', async () => {
  expect((await edited('DELETE FROM heads WHERE number = 2')).bad).toMatchObject({
    seq: 65,
    what: 'signature 2 is missing',
  });
  expect((await edited('DELETE FROM heads WHERE number > 2')).bad?.what).toContain(
    'signatures of these entries are gone',
  );
  expect((await edited('UPDATE heads SET seq = 100 WHERE number = 2')).bad?.what).toContain(
    "not this device's",
  );
  expect((await edited(`UPDATE heads SET signature = 'x' WHERE number = 3`)).bad).toMatchObject({
    seq: 129,
    last: 192,
  });
  const another = await newIdentity();
  expect((await verifyTrail(whole, another)).bad?.seq).toBe(1);
});

test('a trail that was cut back, with its signatures, holds; against what was noted down it does not', async () => {
  const { newest } = await verifyTrail(whole, identity);
  await copyFile(whole, copy);
  tamper(copy, 'cut off', 257, identity.publicKey);
  const database = new DatabaseSync(copy);
  database.exec('DROP TRIGGER heads_undeleted; DELETE FROM heads WHERE seq > 256');
  database.close();
  expect((await verifyTrail(copy, identity)).bad).toBeUndefined();
  expect((await verifyTrail(copy, identity, newest)).bad).toEqual({
    seq: 257,
    what: `it is missing: entry ${entries} was noted down`,
  });
  expect((await verifyTrail(whole, identity, newest)).bad).toBeUndefined();
  const other = { seq: 5, hash: newest?.hash ?? '' };
  expect((await verifyTrail(whole, identity, other)).bad?.seq).toBe(5);
});
