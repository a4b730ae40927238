import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { webhookAction } from '../../src/actions/webhook.ts';
import { opened, unstopped } from './opened.ts';
import { MemoryDeliveries, occasion } from './parts.ts';
import { standIns } from './server.ts';

const url = 'https://hooks.test/in/topsecret';
const server = standIns(url, 'https://hang.test/');
const text = new TextDecoder();

test('what happened is posted as JSON, signed with its time', async () => {
  const { action } = await opened(webhookAction, { url, secret: 'a key' });
  await action.run(occasion(), unstopped);
  const [request] = await server.arrived(1);
  const body = text.decode(request?.body);
  expect(JSON.parse(body)).toMatchObject({
    type: 'alarm.raise',
    timestamp: '2026-11-25T12:00:05.000Z',
    data: {
      device: { name: 'boiler-room' },
      event: { id: '0193-a', sensor: 'machine.temperature', value: 84.234 },
      link: 'https://boiler-room.local:8480/?feed=machine',
    },
  });
  const id = request?.headers.get('webhook-id');
  const time = request?.headers.get('webhook-timestamp');
  expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
  const wanted = createHmac('sha256', 'a key').update(`${id}.${time}.${body}`).digest('base64');
  expect(request?.headers.get('webhook-signature')).toBe(`v1,${wanted}`);
});

test('a secret as Standard Webhooks writes them is the key it stands for', async () => {
  const key = Buffer.from('0123456789abcdef01234567');
  const { action } = await opened(webhookAction, { url, secret: `whsec_${key.toString('base64')}` });
  await action.run(occasion(), unstopped);
  const [request] = await server.arrived(1);
  const signed = `${request?.headers.get('webhook-id')}.${request?.headers.get('webhook-timestamp')}.${text.decode(request?.body)}`;
  expect(request?.headers.get('webhook-signature')).toBe(
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
});

test('a server that answers 500 gets it again, under the same id, and what is later after it', async () => {
  server.answers.push(500);
  const { action } = await opened(webhookAction, { url });
  await action.run(occasion(), unstopped);
  await action.run(occasion({}, 'clear'), unstopped);
  const got = await server.arrived(3);
  const ids = got.map(({ headers }) => headers.get('webhook-id'));
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(JSON.parse(text.decode(got[2]?.body))).toMatchObject({ type: 'alarm.clear' });
});

test('what a restart finds undelivered is delivered, in order', async () => {
  const store = new MemoryDeliveries();
  server.answers.push('nothing');
  const first = await opened(webhookAction, { url }, { store });
  await first.action.run(occasion({ title: 'first' }), unstopped);
  await first.action.run(occasion({ title: 'second' }), unstopped);
  await server.arrived(1);
  await first.stop();
  await opened(webhookAction, { url }, { store });
  const got = await server.arrived(3);
  const titles = got.map(({ body }) => JSON.parse(text.decode(body)).data.event.title);
  expect(titles).toEqual(['first', 'first', 'second']);
});

test('a target that hangs holds up no other', async () => {
  server.answers.push('nothing');
  const store = new MemoryDeliveries();
  const hung = await opened(webhookAction, { url: 'https://hang.test/' }, { store, name: 'hung' });
  await hung.action.run(occasion(), unstopped);
  await server.arrived(1);
  const well = await opened(webhookAction, { url }, { store, name: 'well' });
  await well.action.run(occasion(), unstopped);
  expect((await server.arrived(2))[1]?.url).toBe(url);
});

test('a target that does not answer in time is tried again', async () => {
  server.answers.push('nothing');
  const { action } = await opened(webhookAction, { url, timeout: '100ms' });
  await action.run(occasion(), unstopped);
  await server.arrived(2);
});

test('a redirect is not followed: what is meant for one host goes to no other', async () => {
  server.answers.push(Response.redirect('https://elsewhere.test/', 307));
  const hook = await opened(webhookAction, { url });
  const failed = hook.failed();
  await hook.action.run(occasion(), unstopped);
  expect((await failed).message).toBe('this-action does not take it: it answers 307');
});

test('neither errors nor logs say the address', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  server.answers.push('no network', 500, 404);
  const hook = await opened(webhookAction, { url, secret: 'a key' }, { log });
  const failed = hook.failed();
  await hook.action.run(occasion(), unstopped);
  const error = await failed;
  expect(error.code).toBe('action/refused');
  expect(error.message).toBe('this-action does not take it: it answers 404');
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('')).not.toMatch(/topsecret|a key/);
});

test('check says who is told, and that plain HTTP can be read', async () => {
  const options = webhookAction.options.parse({ url: 'http://hooks.test/in/topsecret' });
  const notes = await webhookAction.check?.(options);
  expect(notes?.map((note) => note.text)).toEqual([
    'hooks.test is told what happens',
    'not encrypted: the network between can read it',
    'not signed: whoever knows the address can send the same',
  ]);
});

test.each(['hooks.test', 'ftp://hooks.test/', 'https://user:pass@hooks.test/', ''])(
  'no webhook is posted to "%s"',
  (address) => {
    expect(webhookAction.options.safeParse({ url: address }).success).toBe(false);
  },
);
