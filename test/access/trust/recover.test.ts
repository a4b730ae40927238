import { readdir, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recoverTrust } from '../../../src/access/trust/recover.ts';
import { mustBeUnused, salvage, salvageWithCopy } from '../../../src/access/trust/salvage.ts';
import { verifyTrail } from '../../../src/access/trust/verify-trail.ts';
import { joined, looked, newDevice, newId, person, startMs, type TestDevice } from './parts.ts';
import { tamper } from './tamper.ts';

let device: TestDevice;
const ada = person('Ada');
const request = { id: newId(), key: newId(32), digest: newId(32) };
beforeEach(async () => {
  device = await newDevice();
  const { trust } = await device.start();
  await trust.commit({ put: [ada], audit: [joined('Ada')] });
  await trust.claim(request, { audit: [looked('Ada')] });
  await trust.settle(request.id, { id: request.id, state: 'done' }, { audit: [looked('Ada')] });
  await trust.stop();
});
afterEach(() => device.remove());

const recover = async () =>
  recoverTrust({
    folder: device.folder,
    identity: device.identity,
    found: await salvageWithCopy(device.path, device.identity, startMs),
    now: startMs,
  });

test('what holds is kept, the trail says what happened, and the device goes on', async () => {
  tamper(device.path, 'change its title', 2, device.identity.publicKey);
  expect((await device.start()).trust.trouble).toBeDefined();
  const aside = await recover();
  expect(await readdir(device.folder)).toEqual(expect.arrayContaining([aside?.split('/').at(-1)]));
  const { trust, rows } = await device.start();
  expect([rows, trust.trouble]).toEqual([[ada], undefined]);
  expect(await trust.entries({ limit: 10 })).toMatchObject([
    {
      seq: 2,
      type: 'device',
      title: 'The audit trail was damaged after entry 1; what came after is lost',
      detail: { kept: 1, signedLast: 3, hashSignedLast: expect.any(String) },
    },
    { seq: 1, title: 'Ada came in' },
  ]);
  // What was moved once does not move again.
  expect(await trust.claim(request, { audit: [] })).toMatchObject({
    result: 'known',
    receipt: { state: 'done' },
  });
  await trust.commit({ audit: [joined('Bob')] });
  await trust.stop();
  expect(await verifyTrail(device.path, device.identity)).toMatchObject({ entries: 3, signed: 3 });
});

test('a row that is none is left out, and the rest kept', async () => {
  const database = new DatabaseSync(device.path);
  database.exec(
    `INSERT INTO rows VALUES ('person', 'x', '{"id":"x","name":"Eve"}'), ('grant', 'y', 'no JSON')`,
  );
  database.close();
  const found = await salvage(device.path, device.identity);
  expect(found).toMatchObject({ rows: [ada], rowsLost: 2, sound: false, trail: { entries: 3 } });
  await recover();
  const { trust, rows } = await device.start();
  expect([rows, trust.trouble]).toEqual([[ada], undefined]);
});

test('where the file is gone a new one begins that says so', async () => {
  await rm(device.path);
  expect((await device.start()).trust.trouble).toContain('not there');
  expect(await recover()).toBeUndefined();
  const { trust, rows } = await device.start();
  expect(rows).toEqual([]);
  expect(await trust.entries({ limit: 2 })).toMatchObject([
    { seq: 1, title: 'The audit trail was lost; a new one begins' },
  ]);
});

test('what is well is known to be well', async () => {
  const found = await salvage(device.path, device.identity);
  expect(found).toMatchObject({ sound: true, rows: [ada], rowsLost: 0, trail: { entries: 3 } });
});

test('a file that a device has open is not recovered under its feet', async () => {
  const { trust } = await device.start();
  expect(() => mustBeUnused(device.path)).toThrow('the device is running');
  await trust.stop();
  mustBeUnused(device.path);
});
