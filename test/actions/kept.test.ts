import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Actions } from '../../src/actions/actions.ts';
import { PushPeople } from '../../src/actions/web-push/people.ts';
import { PushSettings } from '../../src/actions/web-push/settings.ts';
import { webhookAction } from '../../src/actions/webhook.ts';
import { systemClock } from '../../src/clock.ts';
import { openRecords } from '../../src/records/records.ts';
import { RecordsSettings } from '../../src/records/settings.ts';
import { deviceParts, occasion } from './parts.ts';
import { standIns } from './server.ts';
import { Browser } from './web-push/browser.ts';

const url = 'https://hooks.test/in';
const server = standIns(url);
const log = pino({ level: 'silent' });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A device with its records on disk, and one webhook. */
async function start() {
  const records = await openRecords({ folder, settings: RecordsSettings.parse({}), clock: systemClock, log });
  const push = new PushPeople({
    kept: records,
    settings: PushSettings.parse({}),
    contact: 'https://door.example.org/',
    clock: systemClock,
    log,
  });
  const actions = new Actions({
    actions: [
      { name: 'hook', open: (parts) => webhookAction.open(webhookAction.options.parse({ url }), parts) },
    ],
    parts: deviceParts({ push }),
    deliveries: records.deliveries,
    failed: () => {},
  });
  await Promise.all([push.start(), actions.start()]);
  return {
    actions,
    push,
    async stop() {
      await actions.stop();
      await records.stop();
    },
  };
}

test('what the disk keeps of deliveries, keys and browsers is taken up by the next start, in order', async () => {
  server.answers.push('nothing');
  const before = await start();
  await before.push.subscribe(new Browser('https://fcm.googleapis.com/fcm/send/ada').request);
  for (const title of ['1', '2', '3']) await before.actions.run(['hook'], occasion({ title }));
  await server.arrived(1);
  expect(before.actions.waiting().get('hook')).toBe(3);
  await before.stop();

  const after = await start();
  const got = await server.arrived(4);
  const titles = got.map(({ body }) => JSON.parse(new TextDecoder().decode(body)).data.event.title);
  expect(titles).toEqual(['1', '1', '2', '3']);
  expect(after.push.publicKey).toBe(before.push.publicKey);
  expect(after.push.people.map(({ name }) => name)).toEqual(['Ada']);
  await expect.poll(() => after.actions.waiting().get('hook')).toBe(0);
  await after.stop();

  const last = await start();
  await expect.poll(() => last.actions.waiting().get('hook')).toBe(0);
  expect(server.got).toHaveLength(4);
  await last.stop();
});
