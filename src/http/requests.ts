import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { denialError, denied } from '../access/denial.ts';
import { settledWithin } from '../deadline.ts';
import { VedetteError } from '../errors.ts';
import { maxRequestBytes, type Receipt } from '../protocol/request.ts';
import { type DeviceServices, type HttpEnv, requireOwnPage } from './context.ts';

/** A door may take its time; proxies wait for 30 s and more. */
const lastWordWithinMs = 20_000;

/** Where requests are asked while no session is up: the answer is the receipt, with the last word where that comes in time. */
export function requestRoutes({ requests }: Pick<DeviceServices, 'requests'>): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  const limit = bodyLimit({
    maxSize: maxRequestBytes,
    onError: () => {
      throw new VedetteError('request/too-large', { limit: maxRequestBytes });
    },
  });

  routes.post('/api/requests', limit, async (c) => {
    const { peer } = c.get('caller');
    if (peer.kind === 'stranger') throw denialError(denied('stranger'));
    requireOwnPage(c);
    const text = await c.req.text();
    const last = Promise.withResolvers<void>();
    let heard: Receipt | undefined;
    const taken = requests.take(text, { peer }, (receipt) => {
      heard = receipt;
      // What it still needs is for the page to show; it asks again until it has the last word.
      if (receipt.state !== 'accepted' || receipt.needs) last.resolve();
    });
    if (!taken) throw new VedetteError('request/too-many');
    await settledWithin(last.promise, lastWordWithinMs);
    if (heard === undefined) throw new VedetteError('request/no-answer');
    return c.json(heard, heard.state === 'accepted' ? 202 : 200);
  });

  return routes;
}
