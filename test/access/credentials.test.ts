import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFile, replaceFile } from '../../src/access/atomic-file.ts';
import { Attempts, networkOf } from '../../src/access/attempts.ts';
import { BrowserSessions, browserSessionMs } from '../../src/access/browser-sessions.ts';
import { Credentials } from '../../src/access/credentials.ts';
import { loadSecret } from '../../src/access/secret.ts';
import { mintToken, verifyToken } from '../../src/access/token.ts';
import { type MonotonicMs, systemClock, type WallMs } from '../../src/clock.ts';
import { Secret } from '../../src/log.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start = async (): Promise<Credentials> => {
  const credentials = new Credentials(join(folder, 'identity'), systemClock, pino({ level: 'silent' }));
  await credentials.start();
  return credentials;
};

test('the secret is made once, has 128 bits, is for its user alone, and prints as [secret]', async () => {
  const secrets = await Promise.all([loadSecret(folder), loadSecret(folder), loadSecret(folder)]);
  expect(new Set(secrets.map((secret) => secret.reveal())).size).toBe(1);
  expect(Buffer.from(secrets[0].reveal(), 'base64url')).toHaveLength(16);
  expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600);
  expect(`${secrets[0]} ${JSON.stringify(secrets)}`).not.toContain(secrets[0].reveal());
  expect(await readdir(folder)).toEqual(['secret']);
});

test('a secret left open to others is closed to them', async () => {
  await loadSecret(folder);
  await chmod(join(folder, 'secret'), 0o644);
  await loadSecret(folder);
  expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600);
});

test('a damaged secret is named, and never replaced in silence', async () => {
  await writeFile(join(folder, 'secret'), 'short');
  await expect(loadSecret(folder)).rejects.toMatchObject({ code: 'access/secret-damaged' });
  expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('short');
});

test('a file is replaced whole, and made only where there is none', async () => {
  const path = join(folder, 'a');
  expect(await createFile(path, 'one')).toBe(true);
  expect(await createFile(path, 'two')).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('one');
  await replaceFile(path, 'three');
  expect(await readFile(path, 'utf8')).toBe('three');
  expect(await readdir(folder)).toEqual(['a']);
});

test('a browser stays signed in over a restart, and not under a new secret', async () => {
  const first = await start();
  const trade = await first.trade(first.secret.reveal(), '192.0.2.1');
  if (trade.result !== 'opened') throw new Error(trade.result);
  const shown = { cookie: trade.cookie.reveal(), bearer: undefined, address: '192.0.2.1' };
  await first.stop();
  expect(await readFile(join(folder, 'identity', 'browsers.json'), 'utf8')).not.toContain(shown.cookie);
  expect((await start()).peer(shown)).toEqual({ kind: 'holder', scopes: ownerScopes });
  await rm(join(folder, 'identity', 'secret'));
  expect((await start()).peer(shown)).toEqual({ kind: 'stranger' });
});

test('damaged sign-ins are forgotten, and the device starts', async () => {
  await start();
  await writeFile(join(folder, 'identity', 'browsers.json'), '[{"hash":1');
  await expect(start()).resolves.toBeInstanceOf(Credentials);
});

test('a browser is signed out when it was not used for long, and the longest unused when there are too many', () => {
  const sessions = new BrowserSessions(new Secret('x'));
  const at = (ms: number): WallMs => ms as WallMs;
  const old = sessions.open(at(0)).reveal();
  expect(sessions.use(old, at(browserSessionMs))).toEqual({ known: true, changed: true });
  expect(sessions.use(old, at(3 * browserSessionMs)).known).toBe(false);
  const first = sessions.open(at(0)).reveal();
  for (let n = 0; n < 256; n++) sessions.open(at(1));
  expect(sessions.use(first, at(2)).known).toBe(false);
  expect(JSON.parse(sessions.serialize())).toHaveLength(256);
});

test('a token carries its scopes, and one changed anywhere carries none', () => {
  const secret = new Secret('AAAAAAAAAAAAAAAAAAAAAA');
  const token = mintToken(secret, ['listen', 'view']).reveal();
  expect(token).toMatch(/^v1\.view\+listen\./);
  expect(verifyToken(secret, token)).toEqual(['view', 'listen']);
  expect(verifyToken(new Secret('BAAAAAAAAAAAAAAAAAAAAA'), token)).toBeUndefined();
  expect(verifyToken(secret, token.replace('view+listen', 'view+listen+talk'))).toBeUndefined();
  expect(() => mintToken(secret, [])).toThrow(RangeError);
  // Bytes from outside never throw: an exception here is our bug.
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.string({ minLength: 1, maxLength: 1 }),
      fc.string(),
      (at, char, any) => {
        const changed = token.slice(0, at) + char + token.slice(at + 1);
        expect(verifyToken(secret, any)).toBeUndefined();
        if (changed !== token) expect(verifyToken(secret, changed)).toBeUndefined();
      },
    ),
  );
});

test('a guesser waits alone, by IPv4 address or by IPv6 network', () => {
  const attempts = new Attempts();
  const now = 0 as MonotonicMs;
  for (let n = 0; n < 10; n++) attempts.failed('2001:db8::1', now);
  expect(attempts.waitMs('2001:db8::ffff', now)).toBe(6000);
  expect(attempts.waitMs('2001:db8:0:1::1', now)).toBe(0);
  expect(attempts.waitMs('2001:db8::1', 6000 as MonotonicMs)).toBe(0);
  for (let n = 0; n < 10; n++) attempts.failed('192.0.2.1', now);
  expect([attempts.waitMs('192.0.2.1', now) > 0, attempts.waitMs('192.0.2.2', now)]).toEqual([true, 0]);
  expect(networkOf('::1')).toBe('0:0:0:0');
});
