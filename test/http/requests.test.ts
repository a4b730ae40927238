import { afterEach, expect, test } from 'vitest';
import type { Receipt } from '../../src/protocol/request.ts';
import type { RequestAsker } from '../../src/requests/asker.ts';
import { type Door, openDoor } from './door.ts';

let door: Door;
afterEach(() => door.stop());

type Take = (text: string, asker: RequestAsker, tell: (receipt: Receipt) => void) => boolean;

const open = async (take: Take, loopback = true) => {
  door = await openDoor({ requests: { take } }, { loopback });
};
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${door.url}/api/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

test('the answer is the last word, told to whoever the edge says it is', async () => {
  const asked: unknown[] = [];
  await open((text, { peer, session }, tell) => {
    asked.push([text, peer.kind, session]);
    tell({ id: 'r1', state: 'accepted' });
    setImmediate(() =>
      tell({ id: 'r1', state: 'refused', code: 'lock/jammed', reason: 'its bolt did not move' }),
    );
    return true;
  });
  const response = await post('{"a":1}');
  expect([response.status, await response.json()]).toEqual([
    200,
    { id: 'r1', state: 'refused', code: 'lock/jammed', reason: 'its bolt did not move' },
  ]);
  expect(asked).toEqual([['{"a":1}', 'loopback', undefined]]);
});

test('what is too much, too long or of another site or type is not taken', async () => {
  const taken: string[] = [];
  await open((text) => {
    taken.push(text);
    return false;
  });
  const codeOf = async (response: Response) => [
    response.status,
    ((await response.json()) as { code: string }).code,
  ];
  expect(await codeOf(await post('{}'))).toEqual([429, 'request/too-many']);
  expect(await codeOf(await post('x'.repeat(8_193)))).toEqual([413, 'request/too-large']);
  expect(await codeOf(await post('{}', { 'content-type': 'text/plain' }))).toEqual([400, 'http/bad-request']);
  expect((await post('{}', { origin: 'https://evil.example' })).status).toBe(401);
  expect(taken).toEqual(['{}']);
});
