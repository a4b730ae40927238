import { createHmac } from 'node:crypto';
import type { WallMs } from './clock.ts';
import type { Secret } from './log.ts';
import type { IceServer } from './protocol/signaling.ts';

/** How long a credential holds that is made from a shared secret: a session that a relay carries lasts no longer. */
const lifetimeS = 24 * 3_600;

/** One of a profile's `iceServers`. */
export interface IceServerProfile {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: Secret | undefined;
  /** Shared with the TURN server: credentials are made from it, for each use anew. */
  readonly secret?: Secret | undefined;
}

/**
 * What is gathered with just now. Where a server shares a secret with us, the credential holds for a day: the user is the
 * second it ends, and the password its HMAC-SHA-1 (draft-uberti-behave-turn-rest-00, 2.2; coturn's `use-auth-secret`).
 */
export function iceServersNow(servers: readonly IceServerProfile[], now: WallMs): readonly IceServer[] {
  return servers.map(({ urls, username, credential, secret }) => {
    if (secret !== undefined) {
      const until = Math.floor(now / 1000) + lifetimeS;
      const user = username === undefined ? String(until) : `${until}:${username}`;
      const password = createHmac('sha1', secret.reveal()).update(user).digest('base64');
      return { urls: [...urls], username: user, credential: password };
    }
    return {
      urls: [...urls],
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential: credential.reveal() }),
    };
  });
}
