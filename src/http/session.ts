import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { denialError, denied } from '../access/denial.ts';
import { KeyLogin } from '../access/key-login.ts';
import { maxTokenSeconds } from '../access/session-tokens.ts';
import { VedetteError } from '../errors.ts';
import type { Secret } from '../log.ts';
import { PublicKey } from '../protocol/access.ts';
import { base64url } from '../protocol/base64url.ts';
import { JoinBody } from '../protocol/join.ts';
import { type PresenceAnswer, PresenceBody } from '../protocol/presence.ts';
import { Scope } from '../protocol/scope.ts';
import { sessionCookie } from './caller.ts';
import {
  admit,
  type DeviceServices,
  type HttpEnv,
  isNear,
  limited,
  readJson,
  requireOwnPage,
} from './context.ts';

const SecretTrade = z.strictObject({ secret: z.string().max(128) });
const KeyTrade = z.strictObject({ key: PublicKey, challenge: z.string().max(128), signature: base64url(64) });
const TokenWish = z.strictObject({
  scopes: z.array(Scope).min(1).max(64),
  seconds: z.int().min(1).max(maxTokenSeconds),
});

/** As long as browsers keep one (RFC 6265bis, 5.5); the device itself counts from the last use, and forgets sooner. */
const cookieMaxAgeSeconds = 400 * 24 * 3_600;
/** Three keys of 64 bytes, three names. */
const maxBodyBytes = 2 * 1024;
/** Of a token: as many scopes as a grant has. */
const maxTokenBodyBytes = 8 * 1024;

/** How people become known: who the device is, sign-in by key or secret, invitations, tokens for players. */
export function sessionRoutes(services: DeviceServices): Hono<HttpEnv> {
  const { device, title, identity, credentials, access, clock } = services;
  const login = new KeyLogin(services);
  const routes = new Hono<HttpEnv>();

  // Whoever joins has to know which device it is before it knows them.
  routes.get('/api/identity', (c) => {
    const { publicKey, id, sealKey, succession = [] } = identity;
    const { presence } = services;
    const button = presence && isNear(c.get('caller')) ? { presence: { holdMs: presence.holdMs } } : {};
    return c.json({
      device: { name: device, title, publicKey, id, sealKey },
      succession,
      paired: access.paired,
      ...button,
    });
  });

  routes.post('/api/session/challenge', limited(maxBodyBytes), (c) => {
    requireOwnPage(c);
    return c.json({ challenge: login.challenge() });
  });

  routes.post('/api/session', limited(maxBodyBytes), async (c) => {
    const body = await ownJson(c);
    const byKey = KeyTrade.safeParse(body);
    if (byKey.success) {
      const key = await login.proven({ ...byKey.data, origin: c.get('caller').origin });
      return signedIn(c, await credentials.open(key));
    }
    const { secret } = parsed(SecretTrade, body, '{"secret": "…"}, or a key with its signature');
    const traded = await credentials.trade(secret);
    if (traded.result === 'over') throw new VedetteError('access/secret-over');
    if (traded.result === 'wrong') throw new VedetteError('access/wrong-secret');
    if (traded.result === 'wait')
      throw new VedetteError('access/too-many-tries', { retryAfterSeconds: Math.ceil(traded.waitMs / 1000) });
    return signedIn(c, traded.cookie);
  });

  routes.post('/api/join', limited(maxBodyBytes), async (c) => {
    const body = parsed(JoinBody, await ownJson(c), 'an invitation, a key and its signature');
    const joined = await access.join({ ...body, origin: c.get('caller').origin });
    setCookie(c, await credentials.open(joined.key));
    return c.json({ person: joined.person, words: joined.words });
  });

  routes.post('/api/presence', limited(maxBodyBytes), async (c) => {
    const caller = c.get('caller');
    const body = parsed(PresenceBody, await ownJson(c), 'a key and its signature');
    const { presence } = services;
    if (!presence || !isNear(caller)) throw new VedetteError('access/not-here');
    const key = await login.present({ ...body, origin: caller.origin });
    const answer = await presence.ask(key, { key: body.key, label: body.label, name: body.name });
    if (answer.state === 'in') setCookie(c, await credentials.open(key));
    return c.json(answer satisfies PresenceAnswer);
  });

  routes.post('/api/token', limited(maxTokenBodyBytes), async (c) => {
    const caller = c.get('caller');
    const { scopes, seconds } = parsed(TokenWish, await ownJson(c), 'scopes and seconds');
    const { peer } = caller;
    if (peer.kind !== 'person' || peer.only) throw denialError(denied('token-person'));
    for (const scope of scopes) admit(caller, scope, services);
    const token = credentials.makeToken(peer.key, scopes, seconds);
    return c.json({ token: token.reveal(), expiresAt: clock.wall() + seconds * 1_000 });
  });

  return routes;
}

function signedIn(c: Context<HttpEnv>, cookie: Secret): Response {
  setCookie(c, cookie);
  return c.body(null, 204);
}

function setCookie(c: Context<HttpEnv>, cookie: Secret): void {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${cookieMaxAgeSeconds}`];
  if (c.get('caller').encrypted) attributes.push('Secure');
  c.header('set-cookie', `${sessionCookie}=${cookie.reveal()}; ${attributes.join('; ')}`);
}

async function ownJson(c: Context<HttpEnv>): Promise<unknown> {
  requireOwnPage(c);
  return readJson(c.req.raw);
}

/** @throws VedetteError `http/bad-request` */
function parsed<T extends z.ZodType>(schema: T, body: unknown, expected: string): z.output<T> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new VedetteError('http/bad-request', { detail: `expected ${expected}` });
}
