import { Hono } from 'hono';
import { z } from 'zod';
import { systemZone } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import { covers } from '../protocol/scope.ts';
import { requireFeed, type WhepSessions } from '../signaling/whep.ts';
import {
  admissionOf,
  admit,
  type DeviceServices,
  type HttpEnv,
  limited,
  mediaTypeOf,
  readJson,
} from './context.ts';
import { isLoopbackName } from './hosts.ts';
import { renderMetrics } from './prometheus.ts';
import { maxOfferBytes } from './whep.ts';

const JsonOffer = z.object({ type: z.literal('offer'), sdp: z.string() });

/** The device's data: `/api/…`, `/metrics`, `/healthz`. @param httpsUrl the page's secure address, where it has one. */
export function apiRoutes(
  services: DeviceServices,
  sessions: WhepSessions,
  httpsUrl: () => string | undefined,
): Hono<HttpEnv> {
  const { device, title, access } = services;
  const routes = new Hono<HttpEnv>();

  routes.get('/healthz', (c) => c.text('ok\n'));

  routes.get('/api/device', (c) => {
    const caller = c.get('caller');
    const { peer } = caller;
    // Whom the device knows may see who they are, also while they may do nothing.
    if (peer.kind !== 'person') admit(caller, 'view', services);
    const scopes = access.scopesOf(peer);
    const secureUrl = httpsUrl();
    return c.json({
      device,
      title,
      feeds: covers(scopes, 'view') ? services.sessions.feeds : [],
      person: peer.kind === 'person' ? { id: peer.person, name: access.nameOf(peer) } : null,
      // Browsers give the microphone to HTTPS and to loopback (W3C Secure Contexts, 3.1).
      secure: caller.encrypted || (caller.local && isLoopbackName(caller.host.name)),
      ...(secureUrl === undefined ? {} : { httpsUrl: secureUrl }),
      scopes,
      // What an invitation's id and secret are added to, for a page that does not need this address.
      ...(covers(scopes, 'invite') ? { inviteLink: services.awayLink('') } : {}),
      // Where a code can be typed, for whoever may give one.
      ...(covers(scopes, 'invite') && access.codes.keypads.length > 0
        ? { keypads: access.codes.keypads }
        : {}),
      // The page tells times in its reader's zone, and says where the device is in another.
      zone: systemZone(),
    });
  });

  routes.get('/api/snapshot/:file{.+\\.jpg}', async (c) => {
    admit(c.get('caller'), 'snapshot', services);
    const feed = c.req.param('file').slice(0, -'.jpg'.length);
    requireFeed(services.sessions, feed);
    const picture = await services.snapshot(feed);
    return c.body(new Uint8Array(picture), 200, { 'content-type': 'image/jpeg' });
  });

  // As go2rtc's players expect: raw SDP, JSON or WHEP by the type of the body.
  routes.post('/api/webrtc', limited(maxOfferBytes), async (c) => {
    admit(c.get('caller'), 'view', services);
    const feed = c.req.query('src') ?? '';
    const admission = admissionOf(c.get('caller'), services);
    const type = mediaTypeOf(c);
    if (type === 'application/json') {
      const offer = JsonOffer.safeParse(await readJson(c.req.raw));
      if (!offer.success) {
        throw new VedetteError('session/bad-offer', { detail: 'expected {"type": "offer", "sdp": "…"}' });
      }
      const { answer } = await sessions.open(feed, offer.data.sdp, admission);
      return c.json({ type: 'answer', sdp: answer });
    }
    const { id, answer } = await sessions.open(feed, await c.req.text(), admission);
    if (type !== 'application/sdp') return c.text(answer);
    c.header('content-type', type);
    c.header('location', `/whep/${encodeURIComponent(feed)}/${id}`);
    return c.body(answer, 201);
  });

  routes.get('/metrics', async (c) => {
    admit(c.get('caller'), 'metrics', services);
    const { text, type } = await renderMetrics(await services.metrics());
    return c.body(text, 200, { 'content-type': type });
  });
  return routes;
}
