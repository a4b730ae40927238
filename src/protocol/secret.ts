import { z } from 'zod';
import { Secret } from '../log.ts';

/**
 * A text in a profile that must never be shown: a password, a key, an address with a password in it. Errors name its
 * place, never its value; JSON Schema marks it `writeOnly`.
 */
export const secretText = z
  .string()
  .min(1)
  .meta({ writeOnly: true })
  .transform((text) => new Secret(text));

/** An http(s) address that is a secret, because whoever knows it may use it. */
export const httpAddress = z
  .string()
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  }, 'an address that begins with https:// or http://, with no user or password in it')
  .meta({ writeOnly: true })
  .transform((text) => new Secret(text));

/** `text` with the user and password of an address in it taken out. */
export function withoutUserinfo(text: string): string {
  return text.replace(/(:\/\/)[^/@\s]*@/g, '$1[secret]@');
}
