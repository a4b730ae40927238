import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFile, replaceFile } from '../../src/access/atomic-file.ts';
import { Attempts } from '../../src/access/attempts.ts';
import { BrowserSessions, browserSessionMs } from '../../src/access/browser-sessions.ts';
import { Credentials } from '../../src/access/credentials.ts';
import { LoginChallenges } from '../../src/access/login-challenges.ts';
import { loadSecret } from '../../src/access/secret.ts';
import { SessionTokens } from '../../src/access/session-tokens.ts';
import { mintToken, verifyToken } from '../../src/access/token.ts';
import { type MonotonicMs, systemClock, type WallMs } from '../../src/clock.ts';
import { Secret } from '../../src/log.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';

let folder: string;
let paired: boolean;
beforeEach(async () => {
  paired = false;
  folder = await mkdtemp(join(tmpdir(), 'vedette-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start = async (): Promise<Credentials> => {
  const credentials = new Credentials({
    folder: join(folder, 'identity'),
    paired: () => paired,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
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
  const trade = await first.trade(first.secret.reveal());
  if (trade.result !== 'opened') throw new Error(trade.result);
  const shown = { cookie: trade.cookie.reveal(), bearer: undefined };
  await first.stop();
  expect(await readFile(join(folder, 'identity', 'browsers.json'), 'utf8')).not.toContain(shown.cookie);
  expect((await start()).proof(shown)).toMatchObject({ kind: 'holder', scopes: ownerScopes });
  await rm(join(folder, 'identity', 'secret'));
  expect((await start()).proof(shown)).toEqual({ kind: 'none' });
});

test('once somebody has paired, the printed link, its cookies and its tokens are over', async () => {
  const credentials = await start();
  const secret = credentials.secret.reveal();
  const token = mintToken(credentials.secret, ['view']).reveal();
  const trade = await credentials.trade(secret);
  if (trade.result !== 'opened') throw new Error(trade.result);
  const proof = credentials.proof({ bearer: token, cookie: undefined });
  if (proof.kind !== 'holder') throw new Error(proof.kind);
  expect(proof.over.aborted).toBe(false);
  paired = true;
  await credentials.end();
  expect(proof.over.aborted).toBe(true);
  expect(await credentials.trade(secret)).toEqual({ result: 'over' });
  expect(await credentials.trade(credentials.secret.reveal())).toEqual({ result: 'over' });
  for (const bearer of [secret, token, credentials.secret.reveal()])
    expect(credentials.proof({ bearer, cookie: undefined })).toEqual({ kind: 'none' });
  expect(credentials.proof({ bearer: undefined, cookie: trade.cookie.reveal() })).toEqual({ kind: 'none' });
  // What the terminal makes from then on is good: it is asked for by name.
  const embedded = mintToken(credentials.secret, ['view']).reveal();
  expect(credentials.proof({ bearer: embedded, cookie: undefined })).toMatchObject({ scopes: ['view'] });
});

test('a cookie of a key speaks for that key, over a restart too', async () => {
  const first = await start();
  const cookie = (await first.open('k'.repeat(43))).reveal();
  await first.stop();
  expect((await start()).proof({ cookie, bearer: undefined })).toEqual({ kind: 'key', key: 'k'.repeat(43) });
});

test('a token of a key ends in its time, and the oldest ends where there are too many', () => {
  const tokens = new SessionTokens();
  const at = (ms: number) => ms as MonotonicMs;
  const token = tokens.make('key', ['view'], 60, at(0)).reveal();
  expect(tokens.of(token, at(59_999))).toMatchObject({ key: 'key', scopes: ['view'] });
  expect(tokens.of(token, at(60_000))).toBeUndefined();
  expect(tokens.of(`${token}x`, at(0))).toBeUndefined();
  for (let n = 0; n < 32; n++) tokens.make('key', ['view'], 3_600, at(1));
  expect(tokens.of(token, at(2))).toBeUndefined();
  const long = tokens.make('other', ['view'], 1e9, at(0)).reveal();
  expect(tokens.of(long, at(3_600_000))).toBeUndefined();
});

test('a challenge is ours, in its time, and good once', () => {
  const challenges = new LoginChallenges();
  const at = (ms: number) => ms as MonotonicMs;
  const challenge = challenges.make(at(0));
  expect(challenges.isFresh(challenge, at(29_999))).toBe(true);
  expect(challenges.isFresh(challenge, at(30_001))).toBe(false);
  expect(new LoginChallenges().isFresh(challenge, at(0))).toBe(false);
  challenges.use(challenge, at(1));
  expect(challenges.isFresh(challenge, at(2))).toBe(false);
  const other = challenges.make(at(0));
  fc.assert(
    fc.property(fc.nat(other.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (index, character) => {
      const bent = other.slice(0, index) + character + other.slice(index + 1);
      expect(challenges.isFresh(bent, at(0))).toBe(bent === other);
    }),
  );
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

test('wrong tries at one thing are slowed, and at another they are not', () => {
  const attempts = new Attempts();
  const now = 0 as MonotonicMs;
  for (let n = 0; n < 10; n++) expect(attempts.failed('secret', now)).toBe(0);
  expect(attempts.failed('secret', now)).toBe(6000);
  expect(attempts.failed('key', now)).toBe(0);
  expect(attempts.failed('secret', 6000 as MonotonicMs)).toBe(0);
});
