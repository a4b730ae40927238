import { VedetteError } from '../errors.ts';
import { maxRequestBytes, Request } from '../protocol/request.ts';

/** A longer id is none. */
const maxIdLength = 64;

/** A request, or why it is none, with its id as far as that could be read. */
export type Reading = { readonly request: Request } | { readonly error: VedetteError; readonly id: string };

/** Reads what came from outside. Total. */
export function readRequest(text: string): Reading {
  if (text.length > maxRequestBytes || Buffer.byteLength(text) > maxRequestBytes)
    return { error: new VedetteError('request/too-large', { limit: maxRequestBytes }), id: '' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: new VedetteError('request/invalid', { detail: 'it is not JSON' }), id: '' };
  }
  const parsed = Request.safeParse(value);
  if (parsed.success) return { request: parsed.data };
  const [issue] = parsed.error.issues;
  const detail = issue === undefined ? 'unknown' : `${issue.path.join('.') || 'request'}: ${issue.message}`;
  const id: unknown = Reflect.get(Object(value), 'id');
  return {
    error: new VedetteError('request/invalid', { detail: detail.slice(0, 200) }),
    id: typeof id === 'string' && id.length <= maxIdLength ? id : '',
  };
}
