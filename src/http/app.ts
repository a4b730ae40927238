import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { VedetteError } from '../errors.ts';
import type { WhepSessions } from '../signaling/whep.ts';
import { apiRoutes } from './api.ts';
import type { Caller } from './caller.ts';
import type { DeviceServices, HttpEnv } from './context.ts';
import { commonHeaders, corsHeaders, pagePolicy, permissionsPolicy, preflightHeaders } from './headers.ts';
import { historyRoutes } from './history.ts';
import { type Asset, assetResponse } from './page.ts';
import { pairingRoutes } from './pairing.ts';
import { refusalOf } from './problem.ts';
import { pushRoutes } from './push.ts';
import { requestRoutes } from './requests.ts';
import { sessionRoutes } from './session.ts';
import { whepRoutes } from './whep.ts';

export interface AppParts {
  readonly services: DeviceServices;
  readonly sessions: WhepSessions;
  /** Establishes who sent a request. @throws VedetteError `http/unknown-host` */
  callerOf(request: IncomingMessage): Caller;
  readonly assets: ReadonlyMap<string, Asset>;
  /** HTTPS is spoken, so plain HTTP from elsewhere only redirects. */
  readonly secured: boolean;
  /** The page's secure address, where it has one. */
  readonly httpsUrl: () => string | undefined;
  /** The page's one canonical address. */
  readonly page: () => string;
  /** Public routes of the certificate's guide. */
  readonly trust: Hono<HttpEnv> | undefined;
}

/** What other sites' pages reach, with a token. */
const shared = /^\/(whep\/|api\/(webrtc|device|snapshot\/))/;

/** Everything that is asked by HTTP: who asks is established first, whatever the URL. */
export function createApp(parts: AppParts): Hono<HttpEnv> {
  const { services, sessions, assets } = parts;
  const app = new Hono<HttpEnv>();

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(commonHeaders)) c.header(name, value);
    c.header('cache-control', 'no-store'); // what may be kept says so
    const caller = parts.callerOf(c.env.incoming);
    c.set('caller', caller);
    if (parts.secured && !caller.local && !caller.encrypted) {
      const { pathname, search } = new URL(c.req.url);
      return c.redirect(`https://${c.req.header('host') ?? ''}${pathname}${search}`, 308);
    }
    if (shared.test(c.req.path)) {
      for (const [name, value] of Object.entries(corsHeaders)) c.header(name, value);
      if (c.req.method === 'OPTIONS') {
        for (const [name, value] of Object.entries(preflightHeaders)) c.header(name, value);
        if (!c.req.path.startsWith('/whep/')) return c.body(null, 204);
      }
    }
    await next();
  });

  app.route('/whep', whepRoutes(services, sessions));
  app.route('/', apiRoutes(services, sessions, parts.httpsUrl));
  app.route('/', sessionRoutes(services));
  app.route('/', pairingRoutes(services, parts.page));
  app.route('/', requestRoutes(services));
  app.route('/', historyRoutes(services));
  app.route('/', pushRoutes(services));
  if (parts.trust !== undefined) app.route('/', parts.trust);

  app.get('*', (c) => {
    const asset = assets.get(c.req.path);
    if (asset === undefined) {
      if (c.req.path === '/') throw new VedetteError('http/page-missing');
      throw notFound(c.req.path);
    }
    const { host, encrypted } = c.get('caller');
    const headers: Record<string, string> = { ...commonHeaders };
    if (asset.type.startsWith('text/html')) {
      headers['content-security-policy'] = pagePolicy(host, encrypted);
      headers['permissions-policy'] = permissionsPolicy;
      headers['cross-origin-opener-policy'] = 'same-origin';
    }
    if (c.req.path === '/vedette-live.js') Object.assign(headers, corsHeaders);
    return assetResponse(
      asset,
      { ifNoneMatch: c.req.header('if-none-match'), acceptEncoding: c.req.header('accept-encoding') },
      headers,
    );
  });

  app.notFound((c) => {
    throw notFound(c.req.path);
  });
  app.onError((error, c) => {
    const caller = c.get('caller') as HttpEnv['Variables']['caller'] | undefined; // unset where its host was refused
    const denied = error instanceof VedetteError && error.code === 'access/denied';
    const status = denied ? (caller?.peer.kind === 'stranger' ? 401 : 403) : undefined;
    const refusal = refusalOf(error, services.log, status);
    if (refusal.status === 401) c.header('www-authenticate', 'Bearer'); // RFC 6750, 3
    for (const [name, value] of Object.entries(refusal.headers)) c.header(name, value);
    return c.body(`${JSON.stringify(refusal.body)}\n`, refusal.status as 400);
  });
  return app;
}

const notFound = (path: string): VedetteError =>
  new VedetteError('http/not-found', { path: path.slice(0, 200) });
