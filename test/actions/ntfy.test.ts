import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notifyAction } from '../../src/actions/notify.ts';
import { Pictures } from '../../src/actions/pictures.ts';
import { VedetteError } from '../../src/errors.ts';
import { opened, unstopped } from './opened.ts';
import { MemoryDeliveries, occasion } from './parts.ts';
import { standIns } from './server.ts';

const url = 'https://ntfy.test/topsecret';
const ntfy = { to: 'ntfy', url } as const;
const server = standIns(url);
const text = new TextDecoder();
const jpeg = Uint8Array.of(0xff, 0xd8, 1, 2, 3, 0xff, 0xd9);
let folder: string;
const kept = new Map<string, string>();
let shots = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-ntfy-'));
  kept.clear();
  shots = 0;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

const store = {
  async addSnapshot(event: string, data: Uint8Array) {
    const path = join(folder, `${event}.jpg`);
    writeFileSync(path, data);
    kept.set(event, path);
  },
  snapshotPath: (event: string) => kept.get(event),
};
const pictures = () =>
  new Pictures(store, async () => {
    shots++;
    return jpeg;
  });

test('a message says what, where, how much and when, and leads to the feed', async () => {
  const { action } = await opened(notifyAction, { ...ntfy, token: 'tk_abc' });
  await action.run(occasion(), unstopped);
  const [request] = await server.arrived(1);
  expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
    title: 'Boiler room: Machine too hot',
    priority: '5',
    tags: 'rotating_light',
    click: 'https://boiler-room.local:8480/?feed=machine',
    authorization: 'Bearer tk_abc',
  });
  expect(text.decode(request?.body)).toMatch(
    /^Feed machine · machine\.temperature 84\.23 °C · \d\d:\d\d:05 \S+$/,
  );
});

test('no picture leaves unless that target says so', async () => {
  const { action } = await opened(notifyAction, ntfy, { pictures: pictures() });
  await action.run(occasion({ snapshot: true }), unstopped);
  const [request] = await server.arrived(1);
  expect(request?.method).toBe('POST');
  expect(request?.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(shots).toBe(0);
});

test('a picture is that of the event, taken once, with the words beside it', async () => {
  const { action } = await opened(notifyAction, { ...ntfy, picture: true }, { pictures: pictures() });
  await action.run(occasion(), unstopped);
  await action.run(occasion({}, 'escalate'), unstopped);
  const got = await server.arrived(2);
  for (const { method, headers, body } of got) {
    expect(method).toBe('PUT');
    expect(headers.get('filename')).toBe('picture.jpg');
    expect(body).toEqual(jpeg);
  }
  // Its degree sign is no ASCII: RFC 2047.
  const [, words = ''] = /^=\?UTF-8\?B\?(.+)\?=$/.exec(got[0]?.headers.get('message') ?? '') ?? [];
  expect(Buffer.from(words, 'base64').toString()).toContain('machine.temperature 84.23 °C');
  expect(shots).toBe(1);
});

test('a camera that gives no picture keeps nobody from being told', async () => {
  const noFrame = new VedetteError('camera/no-frame', { feed: 'machine', seconds: 12, reason: 'off' });
  const told = await opened(
    notifyAction,
    { ...ntfy, picture: true },
    { pictures: new Pictures(store, () => Promise.reject(noFrame)) },
  );
  await told.action.run(occasion(), unstopped);
  expect((await server.arrived(1))[0]?.method).toBe('POST');
  expect(told.failures.map(({ error }) => error.code)).toEqual(['camera/no-frame']);
});

test('a camera that takes long is waited for 4 s, no longer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { action } = await opened(
    notifyAction,
    { ...ntfy, picture: true },
    { pictures: new Pictures(store, () => new Promise(() => {})) },
  );
  const run = action.run(occasion(), unstopped);
  vi.advanceTimersByTime(4_000);
  vi.useRealTimers();
  await run;
  expect((await server.arrived(1))[0]?.method).toBe('POST');
});

test('a stop while the camera is asked waits for nothing and loses nothing', async () => {
  const deliveries = new MemoryDeliveries();
  const options = { ...ntfy, picture: true } as const;
  const slow = new Pictures(store, () => new Promise(() => {}));
  const first = await opened(notifyAction, options, { pictures: slow, store: deliveries });
  await first.action.run(occasion(), unstopped);
  const stopping = performance.now();
  await first.stop();
  expect(performance.now() - stopping).toBeLessThan(500);
  expect(deliveries.rows.size).toBe(1);
  expect(server.got).toEqual([]);
  await opened(notifyAction, options, { pictures: pictures(), store: deliveries });
  expect((await server.arrived(1))[0]?.method).toBe('POST');
});

test.each([400, 413])('a server that takes no attachment (%i) gets the words', async (status) => {
  server.answers.push(status);
  const { action, failures } = await opened(
    notifyAction,
    { ...ntfy, picture: true },
    { pictures: pictures() },
  );
  await action.run(occasion(), unstopped);
  const got = await server.arrived(2);
  expect(got.map(({ method }) => method)).toEqual(['PUT', 'POST']);
  expect(failures).toEqual([]);
});

test('after a restart the message still has its picture', async () => {
  const deliveries = new MemoryDeliveries();
  server.answers.push('nothing');
  const options = { ...ntfy, picture: true } as const;
  const first = await opened(notifyAction, options, { pictures: pictures(), store: deliveries });
  await first.action.run(occasion(), unstopped);
  await server.arrived(1);
  await first.stop();
  await opened(notifyAction, options, { pictures: pictures(), store: deliveries });
  expect((await server.arrived(2))[1]?.body).toEqual(jpeg);
  expect(shots).toBe(1);
});

test('how loud it is follows what happened', async () => {
  const { action } = await opened(notifyAction, ntfy);
  await action.run(occasion({ severity: 'warning' }), unstopped);
  await action.run(occasion({ severity: 'info', type: 'ring' }), unstopped);
  await action.run(occasion({ severity: 'critical' }, 'clear'), unstopped);
  const got = await server.arrived(3);
  expect(got.map(({ headers }) => headers.get('priority'))).toEqual(['4', '5', '3']);
  expect(got.map(({ headers }) => headers.get('tags'))).toEqual([
    'rotating_light',
    'bell',
    'white_check_mark',
  ]);
  const [, title = ''] = /^=\?UTF-8\?B\?(.+)\?=$/.exec(got[2]?.headers.get('title') ?? '') ?? [];
  expect(Buffer.from(title, 'base64').toString()).toBe('Boiler room: Machine too hot – over');
});

test('a topic that is refused is told, without its name', async () => {
  server.answers.push(403);
  const told = await opened(notifyAction, ntfy);
  const failed = told.failed();
  await told.action.run(occasion(), unstopped);
  expect((await failed).message).toBe('this-action does not take it: it answers 403');
});

test('check names who sees pictures, and never the topic', async () => {
  const options = notifyAction.options.parse({ ...ntfy, picture: true });
  const notes = (await notifyAction.check?.(options))?.map((note) => note.text);
  expect(notes).toEqual([
    'ntfy.test and all who know the topic read what happens',
    'ntfy.test and all who know the topic see pictures',
  ]);
});

test('ntfy needs an address, and browsers bring their own', () => {
  expect(notifyAction.options.safeParse({ to: 'ntfy' }).success).toBe(false);
  expect(notifyAction.options.safeParse({ to: 'webpush', url }).success).toBe(false);
  expect(notifyAction.options.safeParse({ to: 'webpush' }).success).toBe(true);
});
