import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { HttpServerOptions } from '../../src/http/server.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import type { PushRequest } from '../../src/protocol/push.ts';
import { ask, type Door, noHistory, openDoor } from './door.ts';

const event: DeviceEvent = {
  id: 'e1',
  type: 'alarm',
  time: 1,
  severity: 'critical',
  title: 'Too hot',
  snapshot: true,
  clip: 'c1.mp4',
};

let door: Door | undefined;
afterEach(async () => {
  await door?.stop();
  door = undefined;
});

async function open(history: Partial<HttpServerOptions['history']>): Promise<Door> {
  door = await openDoor({ history: { ...noHistory, ...history } });
  return door;
}

test('events are asked for by time, kind and place in the list', async () => {
  const asked: unknown[] = [];
  const { url } = await open({
    events: async (query) => {
      asked.push(query);
      return [event];
    },
  });
  const query = 'before=e9&from=1&to=2&limit=3&type=alarm,ring&severity=critical';
  const { status, body } = await ask(`${url}/api/events?${query}`);
  expect([status, JSON.parse(body)]).toEqual([200, { events: [event] }]);
  expect(asked).toEqual([
    { before: 'e9', from: 1, to: 2, limit: 3, types: ['alarm', 'ring'], severities: ['critical'] },
  ]);
});

test('readings come as rows of time, least, mean and most', async () => {
  const { url } = await open({ readings: async () => [{ time: 10, min: 1, mean: 2, max: 3 }] });
  const { body } = await ask(`${url}/api/readings?sensor=heat&from=0&to=100&points=10`);
  expect(JSON.parse(body)).toEqual({ sensor: 'heat', points: [[10, 1, 2, 3]] });
});

test.each([
  ['/api/events?limit=0', 'limit'],
  ['/api/events?limit=501', 'limit'],
  ['/api/events?type=party', 'type'],
  ['/api/events?colour=red', 'colour'],
  ['/api/readings?sensor=heat', 'from'],
  ['/api/readings?sensor=heat&from=2&to=1', 'from must be before to'],
  ['/api/readings?sensor=heat&from=0&to=1&points=100000', 'points'],
])('%s is refused, and what is wrong with it is said', async (path, word) => {
  const { url } = await open({});
  const { status, body } = await ask(url + path);
  expect(status).toBe(400);
  expect(JSON.parse(body).code).toBe('http/bad-request');
  expect(body).toContain(word);
});

test('a clip is given whole, in parts, and as a download', async () => {
  const { url, folder } = await open({
    clipPath: (name) => (name === 'c1.mp4' ? join(folder, name) : undefined),
  });
  await writeFile(join(folder, 'c1.mp4'), '0123456789');
  const whole = await ask(`${url}/api/clips/c1.mp4`);
  expect([whole.status, whole.body, whole.headers['content-type']]).toEqual([200, '0123456789', 'video/mp4']);
  expect(whole.headers['accept-ranges']).toBe('bytes');
  const part = await ask(`${url}/api/clips/c1.mp4`, { headers: { range: 'bytes=2-4' } });
  expect([part.status, part.body, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
  const beyond = await ask(`${url}/api/clips/c1.mp4`, { headers: { range: 'bytes=20-' } });
  expect(beyond.status).toBe(416);
  const saved = await ask(`${url}/api/clips/c1.mp4?download`);
  expect(saved.headers['content-disposition']).toBe('attachment; filename="c1.mp4"');
});

test('an event gives its picture', async () => {
  const { url, folder } = await open({
    snapshotPath: (id) => (id === 'e1' ? join(folder, 'e1.jpg') : undefined),
  });
  await writeFile(join(folder, 'e1.jpg'), 'JPEG');
  const { status, body, headers } = await ask(`${url}/api/events/e1.jpg`);
  expect([status, body, headers['content-type']]).toEqual([200, 'JPEG', 'image/jpeg']);
  expect(headers['cache-control']).toContain('immutable');
});

test.each([
  '/api/clips/other.mp4',
  '/api/clips/..%2Fpage%2Findex.html',
  '/api/events/none.jpg',
  '/api/clips/%00',
])('%s is not there, and nothing else is given for it', async (path) => {
  const { url } = await open({});
  expect((await ask(url + path)).status).toBe(404);
});

test('an event is pinned and let go again, where there is one', async () => {
  const pinned: unknown[] = [];
  const { url } = await open({
    event: async (id) => (id === 'e1' ? event : undefined),
    pin: async (...given) => void pinned.push(given),
  });
  const put = (id: string, body: string) => ask(`${url}/api/events/${id}/pin`, { method: 'PUT', body });
  expect((await put('e1', '{"pinned":true}')).status).toBe(204);
  expect((await put('e1', '{"pinned":false}')).status).toBe(204);
  expect((await put('e2', '{"pinned":true}')).status).toBe(404);
  expect((await put('e1', '{"pinned":1}')).status).toBe(400);
  expect(pinned).toEqual([
    ['e1', true],
    ['e1', false],
  ]);
});

test('a stranger learns nothing of what was', async () => {
  const { url } = await open({});
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  for (const path of [
    '/api/events',
    '/api/readings?sensor=a&from=0&to=1',
    '/api/records',
    '/api/clips/a',
    '/api/push',
  ])
    expect((await ask(url + path, { headers })).status).toBe(401);
});

test('a browser subscribes to pushes and leaves again', async () => {
  const told: unknown[] = [];
  door = await openDoor({
    push: {
      publicKey: 'BKey',
      subscribe: async (request: PushRequest) => void told.push(request.name),
      unsubscribe: async (endpoint: string) => told.push(endpoint) > 0,
    },
  });
  const { url } = door;
  expect(JSON.parse((await ask(`${url}/api/push`)).body)).toEqual({ publicKey: 'BKey' });
  const keys = { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) };
  const body = JSON.stringify({ name: 'Anna', subscription: { endpoint: 'https://push.example/1', keys } });
  expect((await ask(`${url}/api/push`, { method: 'PUT', body })).status).toBe(204);
  expect((await ask(`${url}/api/push`, { method: 'PUT', body: '{"name":1}' })).status).toBe(400);
  const removal = JSON.stringify({ endpoint: 'https://push.example/1' });
  const headers = { 'content-length': String(removal.length) };
  expect((await ask(`${url}/api/push`, { method: 'DELETE', headers, body: removal })).status).toBe(204);
  expect(told).toEqual(['Anna', 'https://push.example/1']);
});
