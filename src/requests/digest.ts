import { createHash } from 'node:crypto';
import { canonicalJson } from '../access/trust/canonical.ts';

/**
 * SHA-256 (base64url) of what a request says. Order of keys and white space say nothing, so whoever writes the same
 * request anew has written the same one.
 */
export function digestOf(request: object): string {
  return createHash('sha256').update(canonicalJson(request)).digest('base64url');
}
