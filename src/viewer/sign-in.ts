/** Signing in by this browser's own key: nothing is typed, and nothing that could be stolen goes over the line. */

import { z } from 'zod';
import { sign } from '../identity/keys.ts';
import { loginStatement } from '../identity/statements.ts';
import { Succession } from '../identity/succession.ts';
import { followKey } from './key-change.ts';
import { ownKeys } from './own-key.ts';

const Identity = z.object({
  device: z.object({
    name: z.string(),
    title: z.string(),
    publicKey: z.string(),
    id: z.string(),
    sealKey: z.string(),
  }),
  /** Every key that it had. What is no chain leads nowhere. */
  succession: Succession.catch([]),
  /** Somebody belongs to it. */
  paired: z.boolean(),
  /** The device has a button that lets in, and this browser is near it. */
  presence: z.object({ holdMs: z.number() }).optional(),
});
export type Identity = z.infer<typeof Identity>;

const Challenge = z.object({ challenge: z.string() });

/**
 * `unknown`: this browser's key was let in once, and is not now. `keyless`: it has none. `unpaired`: nobody has one.
 * `other-device`: who answers has not the key of the device that this browser knows.
 */
export type SignIn = 'signed-in' | 'other-device' | 'unknown' | 'keyless' | 'unpaired' | 'unreachable';

/** Who the device is, which it tells everybody; undefined where it does not answer. Never throws. */
export async function askIdentity(): Promise<Identity | undefined> {
  try {
    const response = await fetch('/api/identity', { headers: { accept: 'application/json' } });
    const identity = response.ok ? Identity.safeParse(await response.json()).data : undefined;
    if (identity !== undefined) await followKey({ ...identity.device, succession: identity.succession });
    return identity;
  } catch {
    return undefined;
  }
}

/** JSON to the device, written here or already a text. */
export function post(path: string, body: object | string): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

let underWay: Promise<SignIn> | undefined;

/** Gets a cookie for the browser's key. Whoever asks while it is under way gets the same outcome. Never throws. */
export function signIn(): Promise<SignIn> {
  underWay ??= signInOnce().finally(() => {
    underWay = undefined;
  });
  return underWay;
}

async function signInOnce(): Promise<SignIn> {
  const identity = await askIdentity();
  if (identity === undefined) return 'unreachable';
  const { id } = identity.device;
  const keys = await ownKeys(id);
  try {
    for (const { publicKey, privateKey } of keys) {
      const asked = await post('/api/session/challenge', {});
      if (!asked.ok) return 'unreachable';
      const { challenge } = Challenge.parse(await asked.json());
      const statement = loginStatement({ device: id, key: publicKey, challenge, origin: location.origin });
      const signature = await sign(privateKey, statement);
      const answer = await post('/api/session', { key: publicKey, challenge, signature });
      if (answer.ok) return 'signed-in';
    }
  } catch {
    return 'unreachable';
  }
  if (keys.some(({ joined }) => joined)) return 'unknown';
  return identity.paired ? 'keyless' : 'unpaired';
}
