import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { knownCounter } from '../../../src/access/inviting.ts';
import { counterRow } from '../../../src/access/rows.ts';
import { KnownPeople, readKnownPeople } from '../../../src/access/trust/known-people.ts';
import type { TrustRow } from '../../../src/access/trust/row.ts';
import { withKnown } from '../../../src/access/trust/with-known.ts';
import { log, newDevice, newId, person, startMs, type TestDevice } from './parts.ts';

let device: TestDevice;
let folder: string;
let path: string;
const ada = person('Ada');
const bob = person('Bob');
beforeEach(async () => {
  device = await newDevice();
  folder = join(device.folder, 'identity');
  path = join(folder, 'known.json');
});
afterEach(() => device.remove());

const newKnown = () => new KnownPeople({ folder, identity: device.identity, log });
const read = () => readKnownPeople(folder, device.identity.publicKey);

test('whom a device knew last is read again, and each copy has a higher number', async () => {
  const known = newKnown();
  expect(await known.start()).toBeUndefined();
  await known.keep([ada]);
  await Promise.all([known.keep([ada]), known.keep([ada, bob]), known.keep([bob])]);
  expect(await read()).toMatchObject({ number: 4, rows: [bob] });
  const next = newKnown();
  expect(await next.start()).toEqual([bob]);
  await next.keep([ada]);
  expect(await read()).toMatchObject({ number: 5, rows: [ada] });
  expect(await readdir(folder)).toEqual(['known.json']);
});

test('a copy that is altered anywhere, or of another device, is not believed', async () => {
  const known = newKnown();
  await known.keep([ada]);
  const text = await readFile(path, 'utf8');
  for (let at = 0; at < text.trimEnd().length; at++) {
    await writeFile(path, text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1));
    expect(await read(), `altered at ${at}`).toBeUndefined();
  }
  for (const other of ['', '{}', text.slice(0, -9), '[1]']) {
    await writeFile(path, other);
    expect(await read()).toBeUndefined();
  }
  const stranger = await newDevice();
  await writeFile(path, text);
  expect(await read()).toMatchObject({ rows: [ada] });
  expect(await readKnownPeople(folder, stranger.identity.publicKey)).toBeUndefined();
  await stranger.remove();
});

test('where it cannot be written, no old one stays in which somebody may stand who was sent away', async () => {
  const known = newKnown();
  await known.keep([ada, bob]);
  const failing = new KnownPeople({
    folder,
    identity: { ...device.identity, sign: () => Promise.reject(new Error('no key')) },
    log,
  });
  await failing.keep([ada]);
  expect(await readdir(folder)).toEqual([]);
  // A folder that is none: nothing is kept, and nobody is stopped by it.
  await rm(folder, { recursive: true });
  await writeFile(folder, '');
  await known.keep([ada]);
  expect(await read()).toBeUndefined();
  await rm(folder);
  await mkdir(folder);
});

const grant = (used: number, id = newId()): TrustRow => ({
  kind: 'grant',
  id,
  body: { id, person: ada.id, scopes: ['unlock:box'], limits: { uses: 2 }, createdAt: startMs, used },
});

test('what a store lost comes back by the copy, and no use that either of them counted is given again', () => {
  const before = grant(0);
  const used = grant(1, before.id);
  expect(withKnown([], { number: 1, rows: [ada, used] }, startMs)).toEqual({
    rows: [ada, used],
    fromCopy: 2,
    takenBack: 0,
  });
  expect(withKnown([ada, before], { number: 1, rows: [ada, used] }, startMs).rows).toEqual([ada, used]);
  expect(withKnown([ada, used], { number: 1, rows: [ada, before] }, startMs).rows).toEqual([ada, used]);
  expect(withKnown([ada], undefined, startMs)).toEqual({ rows: [ada], fromCopy: 0, takenBack: 0 });
});

test('who is missing in a newer copy was sent away; an older one says nothing', () => {
  const counted = counterRow(knownCounter, 7);
  const newer = withKnown([ada, bob, counted], { number: 7, rows: [ada] }, startMs);
  expect(newer).toEqual({
    rows: [ada, { ...bob, body: { ...bob.body, revokedAt: startMs } }, counted],
    fromCopy: 0,
    takenBack: 1,
  });
  const older = withKnown([ada, counted], { number: 6, rows: [ada, bob] }, startMs);
  expect(older).toEqual({ rows: [ada, counted], fromCopy: 0, takenBack: 0 });
});
