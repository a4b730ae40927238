import { createHash } from 'node:crypto';

/**
 * SHA-256 (base64url) of what a request says. Order of keys and white space say nothing, so whoever writes the same
 * request anew has written the same one.
 */
export function digestOf(request: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
