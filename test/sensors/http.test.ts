import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VedetteError } from '../../src/errors.ts';
import { httpSensor } from '../../src/sensors/http.ts';
import { sensorParts, testSensor } from './contract.ts';

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const json = (body: unknown) => (_: unknown, response: ServerResponse) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
};
const server = createServer((request, response) => answer(request, response));
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

testSensor('http', {
  kind: httpSensor,
  options: () => {
    answer = json({ sensors: [{ temperature: 21.5 }] });
    return { url, path: 'sensors[0].temperature' };
  },
});

async function ask(options: Record<string, unknown> = {}): Promise<number | string | undefined> {
  const source = httpSensor.open(httpSensor.options.parse({ url, ...options }), sensorParts());
  source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
  const value = await source.read?.().catch((error: VedetteError) => `${error.code}: ${error.data.detail}`);
  await source.stop();
  return value;
}

test.each([
  [{ ENERGY: { Power: 117 } }, { path: 'ENERGY.Power' }, 117],
  [{ state: 'ON' }, { path: 'state', type: 'boolean' }, 1],
  [{ mode: 'RUN' }, { path: 'mode', map: { RUN: 3 } }, 3],
  [{ 'room 1': { t: '19.5 °C' } }, { path: '["room 1"].t' }, 19.5],
  [42, {}, 42],
])('%j by %j is %d', async (body, options, value) => {
  answer = json(body);
  expect(await ask(options)).toBe(value);
});

test.each([
  [{ temperature: null }, 'temperature', 'null at temperature'],
  [{ temperature: 'hot' }, 'temperature', '"hot" at temperature'],
  [{ a: 1 }, 'temperature', 'nothing at temperature'],
  [{ a: [1] }, 'a[1]', 'nothing at a[1]'],
  [{}, 'constructor.name', 'nothing at constructor.name'],
])('%j has no value at %s', async (body, path, detail) => {
  answer = json(body);
  expect(await ask({ path })).toBe(`sensor/no-value: ${detail}`);
});

test('what is no JSON is said so', async () => {
  answer = (_, response) => response.end('<html>');
  expect(await ask({ path: 'a' })).toBe('sensor/no-value: it is no JSON');
});

test('an error, silence, an endless answer and a closed door are failed readings', async () => {
  answer = (_, response) => response.writeHead(503).end();
  expect(await ask()).toBe('sensor/no-answer: status 503');
  answer = () => undefined;
  expect(await ask({ timeout: '100ms' })).toBe('sensor/no-answer: nothing within 0.1 s');
  answer = (_, response) => {
    const more = (): void => {
      if (!response.destroyed) response.write('7'.repeat(10_000), () => setImmediate(more));
    };
    more();
  };
  expect(await ask()).toBe('sensor/no-answer: more than 65536 bytes');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  expect(await ask({ url: `http://127.0.0.1:${port}/` })).toBe('sensor/no-answer: ECONNREFUSED');
});

test('closing it ends a question that is open', async () => {
  let closed = false;
  answer = (request) => {
    request.socket.once('close', () => {
      closed = true;
    });
  };
  const source = httpSensor.open(httpSensor.options.parse({ url, timeout: '1m' }), sensorParts());
  source.start({ value: () => undefined, away: () => undefined, ended: () => expect.unreachable() });
  const reading = source.read?.();
  await new Promise((resolve) => server.once('request', resolve));
  await source.stop();
  await expect(reading).rejects.toMatchObject({ code: 'sensor/no-answer' });
  await expect.poll(() => closed).toBe(true);
});

test('keys and passwords reach the device, and nothing that people see', async () => {
  const seen: (string | undefined)[] = [];
  answer = (request, response) => {
    seen.push(request.headers.authorization, request.headers['x-key'] as string, request.url);
    response.end('7');
  };
  const options = { url: url.replace('://', '://me:p%40ss@'), headers: { 'x-key': 'hidden' } };
  expect(await ask(options)).toBe(7);
  expect(seen).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`, 'hidden', '/']);
  const parsed = httpSensor.options.parse(options);
  expect(JSON.stringify(parsed)).not.toMatch(/p%40ss|hidden|127\.0\.0\.1/);
});
