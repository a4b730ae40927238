import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { DeviceEvent, Severity } from '../protocol/alarm.ts';
import { admit, type DeviceServices, type HttpEnv } from './context.ts';

/** Events of one answer, at the most. */
const maxEvents = 500;
/** Points of one chart, at the most: more than a screen has pixels across. */
const maxPoints = 2_000;
/** A recording or picture never changes under its name. */
const immutable = 'private, max-age=31536000, immutable';

/** `a,b` */
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((text) => (typeof text === 'string' ? text.split(',') : text), z.array(item));

const Pin = z.strictObject({ pinned: z.boolean() });
const maxPinBytes = 64;

const EventsQuery = z.strictObject({
  before: z.string().max(64).optional(),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  limit: z.coerce.number().int().min(1).max(maxEvents).default(50),
  type: list(DeviceEvent.shape.type).optional(),
  severity: list(Severity).optional(),
});

const ReadingsQuery = z
  .strictObject({
    sensor: z.string().max(64),
    from: z.coerce.number(),
    to: z.coerce.number(),
    points: z.coerce.number().int().min(1).max(maxPoints).default(500),
  })
  .refine(({ from, to }) => from < to, 'from must be before to');

/** What was: events with their pictures and clips, and readings. */
export function historyRoutes(services: DeviceServices): Hono<HttpEnv> {
  const { history } = services;
  const routes = new Hono<HttpEnv>();

  routes.get('/api/events', async (c) => {
    admit(c.get('caller'), 'history', services);
    const { type, severity, before, from, to, limit } = read(EventsQuery, c.req.query());
    const events = await history.events({
      limit,
      ...(before === undefined ? {} : { before }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(type ? { types: type } : {}),
      ...(severity ? { severities: severity } : {}),
    });
    return c.json({ events });
  });

  // What is pinned stays, whatever its age and the room it takes.
  routes.put('/api/events/:id/pin', bodyLimit({ maxSize: maxPinBytes }), async (c) => {
    admit(c.get('caller'), 'control', services);
    const pin = Pin.safeParse(await c.req.json().catch(() => undefined));
    if (!pin.success) throw new VedetteError('http/bad-request', { detail: 'expected {"pinned": true}' });
    const id = c.req.param('id');
    if (!(await history.event(id))) throw new VedetteError('http/not-found', { path: c.req.path });
    await history.pin(id, pin.data.pinned);
    return c.body(null, 204);
  });

  routes.get('/api/readings', async (c) => {
    admit(c.get('caller'), 'history', services);
    const query = read(ReadingsQuery, c.req.query());
    const points = await history.readings(query);
    return c.json({
      sensor: query.sensor,
      points: points.map(({ time, min, mean, max }) => [time, min, mean, max]),
    });
  });

  routes.get('/api/records', async (c) => {
    admit(c.get('caller'), 'history', services);
    return c.json(await history.status());
  });

  routes.get('/api/events/:file{[^/]+\\.jpg}', async (c, next) => {
    admit(c.get('caller'), 'history', services);
    const path = history.snapshotPath(c.req.param('file').slice(0, -'.jpg'.length));
    if (path === undefined) return next();
    return give(path)(c, next);
  });

  routes.get('/api/clips/:file', async (c, next) => {
    admit(c.get('caller'), 'history', services);
    const path = history.clipPath(c.req.param('file'));
    if (path === undefined) return next();
    if (c.req.query('download') !== undefined)
      c.header(
        'content-disposition',
        `attachment; filename="${c.req.param('file').replace(/[^\w.-]/g, '_')}"`,
      );
    return give(path)(c, next);
  });

  return routes;
}

/** Sends this very file, whole or the range that is asked for: no path of a request reaches the file system. */
function give(path: string): MiddlewareHandler<HttpEnv> {
  const send = serveStatic<HttpEnv>({ rewriteRequestPath: () => path });
  return (c, next) => {
    c.header('cache-control', immutable);
    c.header('accept-ranges', 'bytes');
    return send(c, next);
  };
}

function read<T extends z.ZodType>(schema: T, query: Record<string, string>): z.output<T> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const detail = `${issue?.path.join('.') || 'the query'}: ${issue?.message ?? 'is not understood'}`;
  throw new VedetteError('http/bad-request', { detail });
}
