import { Hono } from 'hono';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { admit, type DeviceServices, type HttpEnv, limited, mediaTypeOf, readJson } from './context.ts';

const Pairing = z.strictObject({
  name: z.string().trim().min(1).max(60).optional(),
  again: z.boolean().default(false),
});
const maxBodyBytes = 1024;

/**
 * Pairing, for `vedette pair`: an invitation to everything, and how it fares; and the code for the day every key is lost.
 * @param page the page's one canonical address
 */
export function pairingRoutes(services: DeviceServices, page: () => string): Hono<HttpEnv> {
  const { access } = services;
  const routes = new Hono<HttpEnv>();

  routes.use('/api/pairing/*', async (c, next) => {
    admit(c.get('caller'), 'admin', services);
    await next();
  });

  routes.post('/api/pairing', limited(maxBodyBytes), async (c) => {
    admit(c.get('caller'), 'admin', services);
    const wish = Pairing.safeParse(await readJson(c.req.raw));
    if (mediaTypeOf(c) !== 'application/json' || !wish.success)
      throw new VedetteError('http/bad-request', { detail: 'expected {"name"?: "…", "again"?: true}' });
    const { invitation, secret } = await access.pair(c.get('caller').peer, wish.data);
    const link = new URL(`#join=${invitation.id}.${secret}`, page()).href;
    return c.json({ invitation: invitation.id, expiresAt: invitation.expiresAt, link });
  });

  // For links to invitations that were made by a request.
  routes.get('/api/pairing', (c) => {
    admit(c.get('caller'), 'admin', services);
    return c.json({ page: page() });
  });

  routes.get('/api/pairing/:id', (c) => {
    const joined = access.joined(c.req.param('id'));
    if (joined.state !== 'joined') return c.json({ state: joined.state });
    const { person, label, words, first } = joined;
    return c.json({ state: 'joined', name: person.name, label, words, first });
  });

  // Only by the socket file: whoever holds a code gets in for good, so a borrowed phone makes none.
  routes.post('/api/recovery', async (c) =>
    c.json({ code: await access.recoveryCode(c.get('caller').peer) }),
  );

  routes.delete('/api/pairing/:id', async (c) => {
    await access.revoke(c.get('caller').peer, 'invitation', c.req.param('id'));
    return c.body(null, 204);
  });

  return routes;
}
