import { createHmac, timingSafeEqual } from 'node:crypto';
import { Secret } from '../log.ts';
import { ownerScopes, type Scope } from '../protocol/scope.ts';

/**
 * A token that carries its scopes and proves them by the owner's secret, so nothing is stored:
 *
 *     v1.view+listen.<base64url HMAC-SHA-256(secret, "vedette token v1.view+listen")>
 *
 * Scopes stand in the order of {@link ownerScopes}, each once: one set of scopes has one token. A new secret ends
 * every token.
 */
const version = 'v1';
/** Longer is no token; checked before anything is computed. */
const maxTokenLength = 160;

/** What an embedded element may do. */
export const embedScopes: readonly Scope[] = ['view', 'listen'];

/** Makes the token for `scopes` (at least one). */
export function mintToken(secret: Secret, scopes: readonly Scope[]): Secret {
  const body = `${version}.${canonical(scopes)}`;
  return new Secret(`${body}.${proof(secret, body)}`);
}

/** The scopes of `token`, or undefined where it is not one of ours. Never throws, whatever it is given. */
export function verifyToken(secret: Secret, token: string): readonly Scope[] | undefined {
  if (token.length > maxTokenLength) return undefined;
  const [tag, list, mac, ...rest] = token.split('.');
  if (tag !== version || list === undefined || mac === undefined || rest.length > 0) return undefined;
  const names = list.split('+');
  const scopes = ownerScopes.filter((scope) => names.includes(scope));
  if (scopes.length === 0 || canonical(scopes) !== list) return undefined;
  // Compared as text: base64url has several spellings of one value, and a token has one.
  const expected = Buffer.from(proof(secret, `${tag}.${list}`));
  const given = Buffer.from(mac);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return scopes;
}

function canonical(scopes: readonly Scope[]): string {
  if (scopes.length === 0) throw new RangeError('a token needs at least one scope');
  return ownerScopes.filter((scope) => scopes.includes(scope)).join('+');
}

const proof = (secret: Secret, body: string): string =>
  createHmac('sha256', secret.reveal()).update(`vedette token ${body}`).digest('base64url');
