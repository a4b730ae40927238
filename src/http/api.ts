import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { requireFeed, type WhepSessions } from '../signaling/whep.ts';
import { sessionCookie } from './caller.ts';
import { admit, type DeviceServices, type HttpEnv, mediaTypeOf, scopesOf } from './context.ts';
import { renderMetrics } from './prometheus.ts';
import { maxOfferBytes } from './whep.ts';

const SessionTrade = z.strictObject({ secret: z.string().max(128) });
const JsonOffer = z.object({ type: z.literal('offer'), sdp: z.string() });
/** As long as browsers keep one (RFC 6265bis, 5.5); the device itself counts from the last use, and forgets sooner. */
const cookieMaxAgeSeconds = 400 * 24 * 3_600;
const maxTradeBytes = 1024;

/** The device's data: `/api/…`, `/metrics`, `/healthz`. @param httpsUrl the page's secure address, where it has one. */
export function apiRoutes(
  services: DeviceServices,
  sessions: WhepSessions,
  httpsUrl: () => string | undefined,
): Hono<HttpEnv> {
  const { device, title, credentials, clock } = services;
  const routes = new Hono<HttpEnv>();

  routes.get('/healthz', (c) => c.text('ok\n'));

  routes.get('/api/device', (c) => {
    const caller = c.get('caller');
    admit(caller, 'view', clock);
    const secureUrl = httpsUrl();
    return c.json({
      device,
      title,
      feeds: services.sessions.feeds,
      // Browsers give the microphone to HTTPS and to loopback (W3C Secure Contexts, 3.1).
      secure: caller.encrypted || caller.peer.kind === 'loopback',
      ...(secureUrl === undefined ? {} : { httpsUrl: secureUrl }),
      scopes: scopesOf(caller),
      // The page tells times in its reader's zone, and says where the device is in another.
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  });

  routes.post('/api/session', limited(maxTradeBytes), async (c) => {
    const { crossSite, encrypted, address } = c.get('caller');
    const trade = SessionTrade.safeParse(await readJson(c.req.raw));
    // A form of another site can send text, but neither this type nor our origin.
    if (mediaTypeOf(c) !== 'application/json' || crossSite || !trade.success) {
      throw new VedetteError('http/bad-request', {
        detail: 'expected {"secret": "…"} from this device\'s page',
      });
    }
    const traded = await credentials.trade(trade.data.secret, address);
    if (traded.result === 'wrong') throw new VedetteError('access/wrong-secret');
    if (traded.result === 'wait') {
      throw new VedetteError('access/too-many-tries', { retryAfterSeconds: Math.ceil(traded.waitMs / 1000) });
    }
    const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${cookieMaxAgeSeconds}`];
    if (encrypted) attributes.push('Secure');
    c.header('set-cookie', `${sessionCookie}=${traded.cookie.reveal()}; ${attributes.join('; ')}`);
    return c.body(null, 204);
  });

  routes.get('/api/snapshot/:file{.+\\.jpg}', async (c) => {
    admit(c.get('caller'), 'snapshot', clock);
    const feed = c.req.param('file').slice(0, -'.jpg'.length);
    requireFeed(services.sessions, feed);
    const picture = await services.snapshot(feed);
    return c.body(new Uint8Array(picture), 200, { 'content-type': 'image/jpeg' });
  });

  // As go2rtc's players expect: raw SDP, JSON or WHEP by the type of the body.
  routes.post('/api/webrtc', limited(maxOfferBytes), async (c) => {
    admit(c.get('caller'), 'view', clock);
    const feed = c.req.query('src') ?? '';
    const scopes = scopesOf(c.get('caller'));
    const type = mediaTypeOf(c);
    if (type === 'application/json') {
      const offer = JsonOffer.safeParse(await readJson(c.req.raw));
      if (!offer.success) {
        throw new VedetteError('session/bad-offer', { detail: 'expected {"type": "offer", "sdp": "…"}' });
      }
      const { answer } = await sessions.open(feed, offer.data.sdp, scopes);
      return c.json({ type: 'answer', sdp: answer });
    }
    const { id, answer } = await sessions.open(feed, await c.req.text(), scopes);
    if (type !== 'application/sdp') return c.text(answer);
    c.header('content-type', type);
    c.header('location', `/whep/${encodeURIComponent(feed)}/${id}`);
    return c.body(answer, 201);
  });

  routes.get('/metrics', async (c) => {
    admit(c.get('caller'), 'metrics', clock);
    const { text, type } = await renderMetrics(await services.metrics());
    return c.body(text, 200, { 'content-type': type });
  });
  return routes;
}

const limited = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new VedetteError('http/too-large', { limit: maxSize });
    },
  });

/** The body's JSON, or undefined where it is none. */
async function readJson(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.text());
  } catch {
    return undefined;
  }
}
