import { expect, test } from 'vitest';
import type { WallMs } from '../src/clock.ts';
import { iceServersNow } from '../src/ice-servers.ts';
import { Secret } from '../src/log.ts';

const now = 1_700_000_000_500 as WallMs;

test('a shared secret gives a credential for a day, as coturn makes it from the same', () => {
  const [server] = iceServersNow(
    [{ urls: ['turn:a'], username: 'device', secret: new Secret('topsecret') }],
    now,
  );
  expect(server).toEqual({
    urls: ['turn:a'],
    username: '1700086400:device',
    // printf %s 1700086400:device | openssl dgst -sha1 -hmac topsecret -binary | base64
    credential: '0uYpNTg4ZHtYRUQJDif8efYQH9c=',
  });
});

test('what stands in the profile stays as it is', () => {
  const servers = iceServersNow(
    [{ urls: ['stun:a'] }, { urls: ['turn:b'], username: 'me', credential: new Secret('mine') }],
    now,
  );
  expect(servers).toEqual([{ urls: ['stun:a'] }, { urls: ['turn:b'], username: 'me', credential: 'mine' }]);
});
