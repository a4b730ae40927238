import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { httpLock } from '../../src/locks/drivers/http.ts';
import { quiet } from '../media/ready.ts';

const asked: string[] = [];
let answer: number | undefined = 200;
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  if (answer !== undefined) response.writeHead(answer, { location: '/elsewhere' }).end();
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('a lock by HTTP is asked once, follows no redirect, and says what it knows of a failure', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = httpLock.options.parse({ unlock: `${address}/on`, holds: '5s', timeout: '300ms' });
  const buses = { mqtt: undefined } as never;
  const driver = httpLock.open(options, { buses, clock: systemClock, log: quiet });
  const drive = (to: 'lock' | 'unlock') => driver.drive(to, new AbortController().signal);
  expect(await drive('unlock')).toEqual({ result: 'done' });
  // It locks by itself.
  expect(await drive('lock')).toEqual({ result: 'done' });
  answer = 302;
  expect(await drive('unlock')).toMatchObject({ result: 'failed', moved: false });
  answer = 403;
  expect(await drive('unlock')).toMatchObject({ error: { message: 'it was not moved: it answers 403' } });
  answer = undefined;
  // Nobody knows whether it heard.
  expect(await drive('unlock')).toMatchObject({ result: 'failed', moved: true });
  expect(asked).toEqual(Array(4).fill('POST /on'));
});
