import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { VedetteError } from '../errors.ts';
import type { IceServer } from '../protocol/signaling.ts';
import type { WhepSessions } from '../signaling/whep.ts';
import { admissionOf, admit, type DeviceServices, type HttpEnv, mediaTypeOf } from './context.ts';

/** As long as a description over `/signal` may be; ten times what browsers write for a wall of tiles. */
export const maxOfferBytes = 64 * 1024;
const sdpType = 'application/sdp';
const fragmentType = 'application/trickle-ice-sdpfrag';

/** WHEP (draft-ietf-wish-whep; its session resource is that of RFC 9725, 4). */
export function whepRoutes(services: DeviceServices, sessions: WhepSessions): Hono<HttpEnv> {
  const { iceServers } = services;
  const routes = new Hono<HttpEnv>();
  const limit = bodyLimit({
    maxSize: maxOfferBytes,
    onError: () => {
      throw new VedetteError('http/too-large', { limit: maxOfferBytes });
    },
  });

  routes.options('/:feed', (c) => c.body(null, 204, { 'accept-post': sdpType }));
  routes.options('/:feed/:id', (c) => c.body(null, 204, { 'accept-patch': fragmentType }));
  routes.use(async (c, next) => {
    admit(c.get('caller'), 'view', services);
    await next();
  });

  routes.post('/:feed', limit, async (c) => {
    requireType(mediaTypeOf(c), sdpType);
    if (!accepts(c.req.header('accept'), sdpType))
      throw new VedetteError('http/not-acceptable', { given: sdpType });
    const feed = c.req.param('feed');
    const opened = await sessions.open(feed, await c.req.text(), admissionOf(c.get('caller'), services));
    if (c.req.raw.signal.aborted) await sessions.end(feed, opened.id); // nobody is left to take the answer
    c.header('content-type', sdpType);
    c.header('location', `/whep/${encodeURIComponent(feed)}/${opened.id}`);
    c.header('etag', opened.etag);
    c.header('accept-patch', fragmentType);
    for (const link of iceServerLinks(iceServers())) c.header('link', link, { append: true });
    return c.body(opened.answer, 201);
  });

  routes.patch('/:feed/:id', limit, async (c) => {
    requireType(mediaTypeOf(c), fragmentType);
    const { feed, id } = c.req.param();
    const patch = await sessions.patch(feed, id, c.req.header('if-match'), await c.req.text());
    if (patch.result === 'trickled') return c.body(null, 204);
    c.header('content-type', fragmentType);
    c.header('etag', patch.etag);
    return c.body(patch.fragment, 200);
  });

  routes.delete('/:feed/:id', async (c) => {
    const { feed, id } = c.req.param();
    await sessions.end(feed, id);
    return c.body(null, 200);
  });

  // RFC 9725, 4.2: any other method is refused by name.
  routes.all('/:feed', (c) => methodNotAllowed(c.req.path, c.req.method, 'POST, OPTIONS'));
  routes.all('/:feed/:id', (c) => methodNotAllowed(c.req.path, c.req.method, 'PATCH, DELETE, OPTIONS'));
  return routes;
}

/** ICE servers as `Link` headers (RFC 9725, 4.6). */
export function iceServerLinks(servers: readonly IceServer[]): readonly string[] {
  return servers.flatMap(({ urls, username, credential }) =>
    [urls].flat().map((url) => {
      const parts = [`<${url}>`, 'rel="ice-server"'];
      if (username !== undefined) parts.push(`username=${quoted(username)}`);
      if (credential !== undefined)
        parts.push(`credential=${quoted(credential)}`, 'credential-type="password"');
      return parts.join('; ');
    }),
  );
}

/** RFC 9110, 5.6.4. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** @throws VedetteError `http/wrong-type` */
function requireType(given: string, expected: string): void {
  if (given !== expected)
    throw new VedetteError('http/wrong-type', { given: given || 'of no type', expected });
}

/** Whether an `Accept` header takes `type` (RFC 9110, 12.5.1); without one, everything is taken. */
function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined) return true;
  const ranges = header.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return ranges.some((range) => range === '*/*' || range === 'application/*' || range === type);
}

function methodNotAllowed(path: string, method: string, allowed: string): never {
  throw new VedetteError('http/method', { path, method, allowed });
}
