import { z } from 'zod';
import { Secret } from '../log.ts';

/** A feed that an action names; the profile sees that there is one. */
export const FeedName = z.string().min(1).max(64);

/** An http(s) address that is a secret, because whoever knows it may use it. */
export const httpAddress = z
  .string()
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  }, 'an address that begins with https:// or http://, with no user or password in it')
  .meta({ writeOnly: true })
  .transform((text) => new Secret(text));
