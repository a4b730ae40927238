import { chmod, open, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newIdentity } from '../../../bench/trail.ts';
import type { Receipt } from '../../../src/protocol/request.ts';
import { joined, looked, newDevice, newId, person, startMs, type TestDevice } from './parts.ts';

let device: TestDevice;
beforeEach(async () => {
  device = await newDevice();
});
afterEach(() => device.remove());

const request = { id: '0198c0de-0000-4000-8000-000000000001', key: newId(32), digest: newId(32) };
const done: Receipt = { id: request.id, state: 'done' };

test('what was acknowledged is there after a restart, and the newest word of each row counts', async () => {
  const { trust, rows } = await device.start();
  expect([rows, trust.trouble]).toEqual([[], undefined]);
  const ada = person('Ada');
  await trust.commit({ put: [ada], audit: [joined('Ada')] });
  const renamed = { ...ada, body: { ...ada.body, name: 'Ada L.' } };
  expect(await trust.commit({ put: [renamed], audit: [joined('Ada L.')] })).toEqual([
    { seq: 2, time: startMs, type: 'person', title: 'Ada L. came in', name: 'Ada L.' },
  ]);
  await trust.stop();
  expect((await device.start()).rows).toEqual([renamed]);
});

test('entries are told newest first, by who, what, which lock and when', async () => {
  const { trust } = await device.start();
  await trust.commit({ audit: [joined('Ada'), looked('Ada')] });
  device.time.wall += 1_000;
  await trust.commit({
    audit: [{ type: 'lock', title: 'Box opened', lock: 'box', person: 'P', name: 'Bob' }],
  });
  const seqs = async (query: object) => (await trust.entries({ limit: 10, ...query })).map(({ seq }) => seq);
  expect(await seqs({})).toEqual([3, 2, 1]);
  expect(await seqs({ limit: 1 })).toEqual([3]);
  expect(await seqs({ before: 3 })).toEqual([2, 1]);
  expect(await seqs({ type: 'person' })).toEqual([1]);
  expect(await seqs({ person: 'P' })).toEqual([3]);
  expect(await seqs({ person: 'Ada' })).toEqual([2, 1]);
  expect(await seqs({ lock: 'box' })).toEqual([3]);
  expect(await seqs({ from: startMs + 1 })).toEqual([3]);
  expect(await seqs({ until: startMs + 1 })).toEqual([2, 1]);
});

test('a title that is too long is cut, and refuses nothing', async () => {
  const { trust } = await device.start();
  const [entry] = await trust.commit({ audit: [looked('😀'.repeat(300))] });
  expect(entry?.title).toHaveLength(300);
  expect(await trust.entries({ limit: 1 })).toEqual([entry]);
});

test('a request is new once; the same one again is given its receipt, another one under its id nothing', async () => {
  const { trust } = await device.start();
  const used = { kind: 'counter', id: 'uses', body: { id: 'uses', value: 1 } } as const;
  expect(await trust.claim(request, { put: [used], audit: [looked('Ada')] })).toMatchObject({
    result: 'new',
  });
  expect(await trust.claim(request, { audit: [looked('Ada')] })).toEqual({ result: 'known' });
  await trust.settle(request.id, done, { audit: [looked('Ada')] });
  expect(await trust.claim(request, { audit: [] })).toEqual({ result: 'known', receipt: done });
  expect(await trust.claim({ ...request, digest: 'x' }, { audit: [] })).toEqual({ result: 'other' });
  expect(await trust.claim({ ...request, key: 'x' }, { audit: [] })).toEqual({ result: 'other' });
  await trust.stop();
  const again = await device.start();
  expect(again.rows).toEqual([used]);
  expect(await again.trust.claim(request, { audit: [] })).toEqual({ result: 'known', receipt: done });
  // What was known changed nothing.
  expect(await again.trust.entries({ limit: 10 })).toHaveLength(2);
});

test('of a hundred claims of one request at once one is new', async () => {
  const { trust } = await device.start();
  const claims = await Promise.all(
    Array.from({ length: 100 }, () => trust.claim(request, { audit: [looked('Ada')] })),
  );
  expect(claims.filter(({ result }) => result === 'new')).toHaveLength(1);
  expect(claims.filter(({ result }) => result === 'known')).toHaveLength(99);
});

test('a request is remembered for 24 h, and no longer', async () => {
  const { trust } = await device.start();
  await trust.claim(request, { audit: [] });
  await trust.settle(request.id, done, { audit: [] });
  device.time.wall += 86_400_000;
  expect(await trust.claim(request, { audit: [] })).toMatchObject({ result: 'known' });
  device.time.wall += 1;
  expect(await trust.claim(request, { audit: [] })).toMatchObject({ result: 'new' });
});

test('a request that was cut short is refused for good at the next start, which is written down', async () => {
  const first = await device.start();
  await first.trust.claim(request, { audit: [] });
  // Nobody settled it: as after a power cut.
  await first.trust.stop();
  const { trust } = await device.start();
  const refused = { state: 'refused', code: 'request/interrupted' };
  expect(await trust.claim(request, { audit: [] })).toMatchObject({ result: 'known', receipt: refused });
  expect(await trust.entries({ limit: 10 })).toMatchObject([{ type: 'request', request: request.id }]);
});

test.each([
  ['is gone', (path: string) => rm(path)],
  ['is empty', (path: string) => writeFile(path, '')],
  [
    'is something else',
    (path: string) => writeFile(path, 'not a database, but longer than a header is'.repeat(9)),
  ],
  ['was cut short', (path: string) => cut(path)],
  ['has a row that is none', (path: string) => edit(path, `UPDATE rows SET body = '{"id":"x"}'`)],
  ['has a row that is no JSON', (path: string) => edit(path, `UPDATE rows SET body = 'x'`)],
  ['has no table of requests', (path: string) => edit(path, 'DROP TABLE requests')],
  [
    'has another end',
    (path: string) => edit(path, `${untrigger} UPDATE entries SET entry = json_set(entry, '$.title', 'x')`),
  ],
  ['lost its end', (path: string) => edit(path, `${untrigger} DELETE FROM entries WHERE seq = 2`)],
])(
  'a file that %s: nobody is let in by it, nothing is changed, and it is not begun anew',
  async (_what, spoil) => {
    const first = await device.start();
    await first.trust.commit({ put: [person('Ada')], audit: [joined('Ada'), looked('Ada')] });
    await first.trust.stop();
    await spoil(device.path);
    const { trust, rows } = await device.start();
    expect(rows).toEqual([]);
    expect(trust.trouble).toContain('trust.sqlite is damaged');
    const damaged = { code: 'trust/damaged' };
    await expect(trust.commit({ audit: [joined('Eve')] })).rejects.toMatchObject(damaged);
    await expect(trust.claim(request, { audit: [] })).rejects.toMatchObject(damaged);
    await expect(trust.entries({ limit: 1 })).rejects.toMatchObject(damaged);
  },
);

test('a file of another device is not taken for this one’s', async () => {
  const { trust } = await device.start();
  await trust.commit({ audit: [joined('Ada')] });
  await trust.stop();
  Object.assign(device.identity, await newIdentity());
  expect((await device.start()).trust.trouble).toContain('entry 1 of the audit trail');
});

test('what is written stays, whatever our own code would do to it', async () => {
  const { trust } = await device.start();
  await trust.commit({ audit: [joined('Ada'), looked('Ada')] });
  await trust.stop();
  for (const sql of [
    `UPDATE entries SET entry = '{}'`,
    'DELETE FROM entries WHERE seq = 2',
    `INSERT INTO entries (seq, entry, hash) VALUES (7, '{}', x'00')`,
    'DELETE FROM heads',
  ])
    expect(() => edit(device.path, sql), sql).toThrow('stays');
});

test('a disk that lets nobody write refuses changes, and takes them when it is back', async () => {
  const first = await device.start();
  const ada = person('Ada');
  await first.trust.commit({ put: [ada], audit: [joined('Ada')] });
  await first.trust.stop();
  await chmod(device.path, 0o400);
  await chmod(device.folder, 0o500);
  const writable = process.getuid?.() === 0;
  const { trust, rows } = await device.start();
  expect(rows).toEqual([ada]);
  const change = trust.commit({ audit: [looked('Ada')] });
  // To root nothing is read-only; the check `disk` mounts a file system that is.
  if (writable) await change;
  else await expect(change).rejects.toMatchObject({ code: 'trust/unwritable' });
  await chmod(device.folder, 0o700);
  await chmod(device.path, 0o600);
  await trust.commit({ audit: [looked('Ada')] });
});

const untrigger =
  'DROP TRIGGER entries_unchanged; DROP TRIGGER entries_undeleted; DROP TRIGGER entries_in_order;';

function edit(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

async function cut(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.truncate(6_000);
  await file.close();
}
