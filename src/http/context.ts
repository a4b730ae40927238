import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Access } from '../access/access.ts';
import type { Credentials } from '../access/credentials.ts';
import { denialError } from '../access/denial.ts';
import type { DeviceIdentity } from '../access/device-identity.ts';
import type { Presence } from '../access/presence.ts';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { PushRequest } from '../protocol/push.ts';
import { mayVisit, type Scope } from '../protocol/scope.ts';
import type { SessionHost } from '../protocol/session.ts';
import type { IceServer } from '../protocol/signaling.ts';
import type { Records } from '../records/records.ts';
import type { Requests } from '../requests/requests.ts';
import type { LinkAdmission } from '../signaling/link-server.ts';
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
  readonly access: Access;
  /** Who the device is. */
  readonly identity: Pick<DeviceIdentity, 'publicKey' | 'id' | 'sealKey' | 'sign' | 'agree'> &
    Partial<Pick<DeviceIdentity, 'succession'>>;
  /** The button that lets somebody in, where the profile has one. */
  readonly presence?: Pick<Presence, 'ask' | 'holdMs'>;
  /** What people ask for. */
  readonly requests: Pick<Requests, 'take'>;
  /** What viewers are told to gather with. */
  /** An invitation's link for a page elsewhere, where the profile has one. @param invitation `<id>.<secret>` */
  awayLink(invitation: string): string | undefined;
  readonly iceServers: () => readonly IceServer[];
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

/** Lets a caller through who may use `scope`. @throws VedetteError `access/denied` */
export function admit({ peer }: Caller, scope: Scope, { access }: Pick<DeviceServices, 'access'>): void {
  const decision = access.authorize(peer, scope);
  if (!decision.allowed) throw denialError(decision);
}

/** Lets a caller through to whom a session would show anything. @throws VedetteError `access/denied` */
export function admitVisitor(caller: Caller, services: Pick<DeviceServices, 'access'>): void {
  // Whoever may do nothing of it is told why they may not look.
  if (!mayVisit(services.access.scopesOf(caller.peer))) admit(caller, 'view', services);
}

/**
 * Whether a caller may be somebody who stands at the device: of its own network, and no process of the machine itself,
 * behind which the whole world may be.
 */
export const isNear = ({ network, local }: Caller): boolean => network === 'local' && !local;

/** What a session of a caller is opened with: what they may do is asked again while it lasts. */
export function admissionOf(
  { peer }: Pick<Caller, 'peer'>,
  { access, requests }: Pick<DeviceServices, 'access' | 'requests'>,
): LinkAdmission {
  const key = peer.kind === 'person' ? { person: peer.person, key: peer.key } : {};
  return {
    who: { name: access.nameOf(peer), ...key },
    review: () => access.scopesOf(peer),
    take: (text, place, tell) => requests.take(text, { ...place, peer }, tell),
  };
}

/** The body's JSON, or undefined where it is none. */
export async function readJson(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.text());
  } catch {
    return undefined;
  }
}

/** Bodies that are longer are refused before they are read. */
export const limited = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new VedetteError('http/too-large', { limit: maxSize });
    },
  });

/** A request body's type without its parameters, in lower case. */
export function mediaTypeOf(context: Context): string {
  return (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** A form of another site can send text, but neither this type nor our origin. @throws VedetteError `http/bad-request` */
export function requireOwnPage(c: Context<HttpEnv>): void {
  if (mediaTypeOf(c) === 'application/json' && !c.get('caller').crossSite) return;
  throw new VedetteError('http/bad-request', { detail: "expected JSON from this device's page" });
}
