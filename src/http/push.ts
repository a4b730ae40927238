import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { PushRemoval, PushRequest } from '../protocol/push.ts';
import { admit, type DeviceServices, type HttpEnv } from './context.ts';

/** An endpoint, two keys and a name. */
const maxBodyBytes = 8 * 1024;

/** Where a browser asks to be told by Web Push (RFC 8030) when its page is closed. */
export function pushRoutes(services: DeviceServices): Hono<HttpEnv> {
  const { push } = services;
  const routes = new Hono<HttpEnv>();

  routes.use('/api/push', async (c, next) => {
    admit(c.get('caller'), 'control', services);
    await next();
  });
  routes.use(
    '/api/push',
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new VedetteError('http/too-large', { limit: maxBodyBytes });
      },
    }),
  );

  routes.get('/api/push', (c) => c.json({ publicKey: push.publicKey }));

  routes.put('/api/push', async (c) => {
    await push.subscribe(await read(PushRequest, c.req.raw));
    return c.body(null, 204);
  });

  routes.delete('/api/push', async (c) => {
    const { endpoint } = await read(PushRemoval, c.req.raw);
    await push.unsubscribe(endpoint);
    return c.body(null, 204);
  });

  return routes;
}

async function read<T extends z.ZodType>(schema: T, request: Request): Promise<z.output<T>> {
  const parsed = schema.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VedetteError('http/bad-request', { detail: `${issue?.path.join('.')}: ${issue?.message}` });
}
