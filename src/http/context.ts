import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { authorize } from '../access/authorize.ts';
import type { Credentials } from '../access/credentials.ts';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { PushRequest } from '../protocol/push.ts';
import { ownerScopes, type Scope } from '../protocol/scope.ts';
import type { SessionHost } from '../protocol/session.ts';
import type { IceServer } from '../protocol/signaling.ts';
import type { Records } from '../records/records.ts';
import type { Caller } from './caller.ts';
import type { Metric } from './prometheus.ts';

/** What the routes work with. */
export interface DeviceServices {
  /** The device's name, as in its profile. */
  readonly device: string;
  /** Its name for people. */
  readonly title: string;
  readonly sessions: SessionHost;
  readonly credentials: Credentials;
  /** What viewers are told to gather with. */
  readonly iceServers: readonly IceServer[];
  /**
   * A JPEG of what `feed`'s camera sees now.
   * @throws VedetteError `feed/unknown`, `camera/no-frame`, `ffmpeg/missing`
   */
  snapshot(feed: string): Promise<Uint8Array>;
  /** Events, readings, pictures and clips. */
  readonly history: Pick<
    Records,
    'event' | 'events' | 'pin' | 'readings' | 'status' | 'snapshotPath' | 'clipPath'
  >;
  /** Web Push for browsers whose page is closed. */
  readonly push: {
    /** VAPID's (RFC 8292, 3.2), base64url. */
    readonly publicKey: string;
    /** @throws VedetteError `push/unknown-service`, `push/crowded` */
    subscribe(request: PushRequest): Promise<void>;
    /** Whether there was such a subscription. */
    unsubscribe(endpoint: string): Promise<boolean>;
  };
  /** For `/metrics`. */
  metrics(): readonly Metric[] | Promise<readonly Metric[]>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Hono's types of our requests. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: { caller: Caller };
}

/** What somebody let in may do. */
export function scopesOf({ peer }: Caller): readonly Scope[] {
  switch (peer.kind) {
    case 'loopback':
      return ownerScopes;
    case 'holder':
      return peer.scopes;
    case 'stranger':
      return [];
  }
}

/** Lets a caller through who may use `scope`. @throws VedetteError `access/denied` */
export function admit(caller: Caller, scope: Scope, clock: Clock): void {
  const decision = authorize(caller.peer, scope, clock.wall());
  if (!decision.allowed) throw new VedetteError('access/denied', { reason: decision.reason });
}

/** A request body's type without its parameters, in lower case. */
export function mediaTypeOf(context: Context): string {
  return (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
