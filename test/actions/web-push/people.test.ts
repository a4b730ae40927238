import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notifyAction } from '../../../src/actions/notify.ts';
import { PushPeople } from '../../../src/actions/web-push/people.ts';
import { isContactable, PushSettings } from '../../../src/actions/web-push/settings.ts';
import { type Clock, systemClock, type WallMs } from '../../../src/clock.ts';
import { PushMessage, PushRequest } from '../../../src/protocol/push.ts';
import { opened, unstopped } from '../opened.ts';
import { MemoryDeliveries, MemoryKept, occasion } from '../parts.ts';
import { standIns } from '../server.ts';
import { Browser, readVapid } from './browser.ts';

const service = 'https://fcm.googleapis.com/fcm/send';
const server = standIns(`${service}/:id`);
const webpush = { to: 'webpush' } as const;
let kept: MemoryKept;

beforeEach(() => {
  kept = new MemoryKept();
});
afterEach(() => {
  vi.useRealTimers();
});

function unstarted(
  settings: Partial<PushSettings> = {},
  log = pino({ level: 'silent' }),
  clock: Clock = systemClock,
) {
  const push = new PushPeople({
    kept,
    settings: { ...PushSettings.parse({}), ...settings },
    contact: 'https://boiler-room.local:8480/',
    clock,
    log,
  });
  return { push, start: () => push.start() };
}

async function people(...given: Parameters<typeof unstarted>) {
  const { push, start } = unstarted(...given);
  await start();
  return push;
}

test('a push reads in the browser it is for, and in no other', async () => {
  const push = await people();
  const browser = new Browser(`${service}/ada`);
  await push.subscribe(browser.request);
  const { action } = await opened(notifyAction, { ...webpush, picture: true }, { push });
  await action.run(occasion(), unstopped);
  const [request] = await server.arrived(1);
  const message = PushMessage.parse(browser.read(request?.body ?? new Uint8Array()));
  expect(message).toMatchObject({
    title: 'Boiler room: Machine too hot',
    tag: '0193-a',
    path: '/?feed=machine',
    severity: 'critical',
    type: 'alarm',
    on: 'raise',
    event: '0193-a',
    image: '/api/events/0193-a.jpg',
  });
  expect(message.body).toContain('machine.temperature 84.23 °C');
  expect(() => new Browser(`${service}/eve`).read(request?.body ?? new Uint8Array())).toThrow();
});

test('a push is signed by the key that browsers subscribed with, for this service alone, and says how long', async () => {
  const push = await people();
  await push.subscribe(new Browser(`${service}/ada`).request);
  const { action } = await opened(notifyAction, webpush, { push });
  await action.run(occasion(), unstopped);
  const [request] = await server.arrived(1);
  const vapid = readVapid(request?.headers.get('authorization') ?? null);
  expect(vapid).toMatchObject({
    signed: true,
    key: push.publicKey,
    aud: 'https://fcm.googleapis.com',
    sub: 'https://boiler-room.local:8480/',
  });
  // RFC 8292, 2: no more than 24 hours.
  expect(vapid.leftS).toBeGreaterThan(0);
  expect(vapid.leftS).toBeLessThanOrEqual(86_400);
  expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
    'content-encoding': 'aes128gcm',
    urgency: 'high',
  });
  const ttl = Number(request?.headers.get('ttl'));
  expect(ttl).toBeGreaterThan(3_500);
  expect(ttl).toBeLessThanOrEqual(3_600);
});

test('what tells that it is over takes the place of what told that it began', async () => {
  const push = await people();
  const browser = new Browser(`${service}/ada`);
  await push.subscribe(browser.request);
  const { action } = await opened(notifyAction, webpush, { push });
  await action.run(occasion(), unstopped);
  await action.run(occasion({}, 'clear'), unstopped);
  const got = await server.arrived(2);
  expect(got[0]?.headers.get('topic')).toBe(got[1]?.headers.get('topic'));
  const messages = got.map(({ body }) => PushMessage.parse(browser.read(body)));
  expect(messages.map(({ tag }) => tag)).toEqual(['0193-a', '0193-a']);
  expect(messages[0]).not.toHaveProperty('image');
});

test.each([404, 410])(
  'a browser whose service answers %i is told no more, also after a restart',
  async (status) => {
    const push = await people();
    await push.subscribe(new Browser(`${service}/gone`, { name: 'Ada' }).request);
    await push.subscribe(new Browser(`${service}/there`, { name: 'Bob' }).request);
    const told = await opened(notifyAction, { ...webpush, people: ['Ada'] }, { push });
    server.answers.push(status);
    await told.action.run(occasion(), unstopped);
    await server.arrived(1);
    await expect.poll(async () => (await people()).people.map(({ name }) => name)).toEqual(['Bob']);
    expect(push.people.map(({ name }) => name)).toEqual(['Bob']);
    expect(told.failures).toEqual([]);
  },
);

test('a restart keeps keys, browsers and what was not delivered', async () => {
  const store = new MemoryDeliveries();
  const before = await people();
  const browser = new Browser(`${service}/ada`);
  await before.subscribe(browser.request);
  server.answers.push('nothing');
  const first = await opened(notifyAction, webpush, { push: before, store });
  await first.action.run(occasion(), unstopped);
  await server.arrived(1);
  await first.stop();

  const after = await people();
  expect(after.publicKey).toBe(before.publicKey);
  await opened(notifyAction, webpush, { push: after, store });
  const got = await server.arrived(2);
  expect(browser.read(got[1]?.body ?? new Uint8Array())).toMatchObject({ event: '0193-a' });
});

test('a push service that hangs holds nobody else up', async () => {
  const push = await people();
  await push.subscribe(new Browser(`${service}/ada`).request);
  await push.subscribe(new Browser(`${service}/bob`, { name: 'Bob' }).request);
  server.answers.push('nothing');
  const { action } = await opened(notifyAction, webpush, { push });
  await action.run(occasion(), unstopped);
  const got = await server.arrived(2);
  expect(got.map(({ url }) => url).sort()).toEqual([`${service}/ada`, `${service}/bob`]);
});

test('who is named is told, who sleeps or snoozes is not, and what is critical wakes sleepers', async () => {
  const push = await people();
  const allDay = { from: '00:00', to: '23:59', zone: 'UTC' };
  await push.subscribe(new Browser(`${service}/1`, { name: 'awake' }).request);
  await push.subscribe(new Browser(`${service}/2`, { name: 'asleep', quiet: allDay }).request);
  const snoozeUntil = Date.now() + 60_000;
  await push.subscribe(new Browser(`${service}/3`, { name: 'snoozes', snoozeUntil }).request);
  const noon = Date.UTC(2026, 5, 1, 12) as never;
  const names = (ids: readonly string[]) =>
    push.people.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  expect(names(push.disturbable('warning', noon))).toEqual(['awake']);
  expect(names(push.disturbable('critical', noon))).toEqual(['awake', 'asleep']);
  expect(names(push.disturbable('critical', noon, ['asleep', 'nobody']))).toEqual(['asleep']);
});

test.each([
  'https://evil.test/push',
  'https://192.168.1.1/admin',
  'https://fcm.googleapis.com.evil.test/x',
  'https://push.apple.com/x',
  'https://user:pass@fcm.googleapis.com/x',
])('nothing is ever sent to %s', async (endpoint) => {
  const push = await people();
  await expect(push.subscribe(new Browser(endpoint).request)).rejects.toMatchObject({
    code: 'push/unknown-service',
  });
  expect(push.people).toEqual([]);
});

test.each([
  'https://updates.push.services.mozilla.com/wpush/v2/x',
  'https://web.push.apple.com/x',
  'https://wns2-par02p.notify.windows.com/w/?token=x',
  'https://push.example.org/x',
])('%s is taken', async (endpoint) => {
  const push = await people({ services: ['push.example.org'], contact: 'mailto:ada@example.org' });
  await push.subscribe(new Browser(endpoint).request);
  expect(push.people).toHaveLength(1);
});

test('an iPhone is told at once that its service wants somebody to turn to', async () => {
  const { request } = new Browser('https://web.push.apple.com/x');
  // The device is known by a .local name alone.
  await expect((await people()).subscribe(request)).rejects.toMatchObject({ code: 'push/no-contact' });
  await expect((await people({ contact: 'mailto:me@localhost' })).subscribe(request)).rejects.toMatchObject({
    code: 'push/no-contact',
  });
  await (await people({ contact: 'mailto:ada@example.org' })).subscribe(request);
});

test.each([
  ['https://door.example.org/', true],
  ['https://boiler-room.local:8480/', false],
  ['https://192.168.1.20:8480/', false],
  ['https://[fe80::1]:8480/', false],
  ['http://door.example.org/', false],
  ['https://localhost/', false],
])('a push service could turn to %s: %s', (contact, contactable) => {
  expect(isContactable(contact)).toBe(contactable);
});

test('what was kept is delivered, whichever of people and actions start first', async () => {
  const store = new MemoryDeliveries();
  const before = await people();
  await before.subscribe(new Browser(`${service}/ada`).request);
  server.answers.push('nothing');
  const first = await opened(notifyAction, webpush, { push: before, store });
  await first.action.run(occasion(), unstopped);
  await server.arrived(1);
  await first.stop();
  const { push, start } = unstarted();
  await opened(notifyAction, webpush, { push, store });
  await start();
  await server.arrived(2);
});

test('a browser that asks anew takes its own place, and no more than 64 are taken', async () => {
  const push = await people();
  const browser = new Browser(`${service}/ada`);
  await push.subscribe(browser.request);
  await push.subscribe({ ...browser.request, name: 'Countess' });
  expect(push.people.map(({ name }) => name)).toEqual(['Countess']);
  for (let i = 1; i < 64; i++) await push.subscribe(new Browser(`${service}/${i}`).request);
  await expect(push.subscribe(new Browser(`${service}/65`).request)).rejects.toMatchObject({
    code: 'push/crowded',
  });
  expect(await push.unsubscribe(`${service}/ada`)).toBe(true);
  expect(await push.unsubscribe(`${service}/ada`)).toBe(false);
  await push.subscribe(new Browser(`${service}/65`).request);
});

test('addresses of browsers are in no log and no list of people', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  const push = await people({}, log);
  await push.subscribe(new Browser(`${service}/verysecret`).request);
  server.answers.push('no network', 503, 410);
  const { action } = await opened(notifyAction, webpush, { push, log });
  await action.run(occasion(), unstopped);
  await server.arrived(3);
  await expect.poll(() => push.people).toEqual([]);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('')).not.toContain('verysecret');
});

test('damaged keys are made anew, and a request that is none is refused', async () => {
  await kept.keep('push', { keys: { publicKey: 'x', privateKey: 'y' }, subscriptions: [] });
  const push = await people();
  expect(push.publicKey).toHaveLength(87);
  const good = new Browser(`${service}/a`).request;
  expect(PushRequest.safeParse(good).success).toBe(true);
  for (const bad of [
    { ...good, name: '' },
    { ...good, quiet: { from: '25:00', to: '06:00', zone: 'UTC' } },
    { ...good, quiet: { from: '22:00', to: '06:00', zone: 'Europe/Atlantis' } },
    { ...good, subscription: { ...good.subscription, keys: { p256dh: 'short', auth: 'short' } } },
    { ...good, subscription: { ...good.subscription, endpoint: 'http://fcm.googleapis.com/x' } },
  ]) {
    expect(PushRequest.safeParse(bad).success).toBe(false);
  }
});

test('a clock that is set while a push waits makes it neither too late nor longer wanted', async () => {
  let aheadMs = 0;
  const clock = { now: systemClock.now, wall: () => (systemClock.wall() + aheadMs) as WallMs };
  const push = await people({}, pino({ level: 'silent' }), clock);
  await push.subscribe(new Browser(`${service}/ada`).request);
  server.answers.push(503);
  const { action } = await opened(notifyAction, webpush, { push, clock });
  await action.run(occasion(), unstopped);
  aheadMs = 365 * 24 * 3_600_000;
  const [, again] = await server.arrived(2);
  expect(Number(again?.headers.get('ttl'))).toBeGreaterThan(3_500);
  expect(Number(again?.headers.get('ttl'))).toBeLessThanOrEqual(3_600);
});

test('keys that cannot be read are read again, never made anew, and nobody is taken in meanwhile', async () => {
  const before = await people();
  await before.subscribe(new Browser(`${service}/ada`, { name: 'Ada' }).request);
  const text = kept.texts.get('push');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { kept: read } = kept;
  kept.kept = () => Promise.reject(new Error('EIO'));
  const { push, start } = unstarted();
  await start();
  expect(push.publicKey).toBe('');
  await expect(push.subscribe(new Browser(`${service}/bob`).request)).rejects.toMatchObject({
    code: 'records/unwritable',
  });
  expect(kept.texts.get('push')).toBe(text);
  kept.kept = read;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(push.publicKey).toBe(before.publicKey);
  expect(push.people.map(({ name }) => name)).toEqual(['Ada']);
});
