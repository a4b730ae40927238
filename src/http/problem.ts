import { type ErrorCode, type ErrorData, VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** The body of every refused request. */
interface Problem {
  /** One of docs/errors.md. */
  readonly code: ErrorCode;
  readonly message: string;
  readonly cure: string;
  /** The values in it, for whoever says it in another language. */
  readonly detail?: ErrorData;
}

/** Status of a code (RFC 9110, 15); a code without a row is our own failure: 500. */
const statuses: Partial<Record<ErrorCode, number>> = {
  'access/wrong-secret': 403,
  'access/challenge': 403,
  'access/invitation': 403,
  'access/invitation-over': 410,
  'access/recovery-over': 410,
  'access/key-known': 409,
  'access/not-here': 403,
  'access/pairing-closed': 403,
  'access/secret-over': 403,
  'access/unknown': 404,
  'access/unknown-key': 403,
  'access/wrong-signature': 403,
  'access/too-many-tries': 429, // RFC 6585, 4
  'camera/no-frame': 503,
  'camera/private': 503,
  'feed/unknown': 404,
  'ffmpeg/missing': 503,
  'http/bad-request': 400,
  'http/busy': 503,
  'http/insecure': 403,
  'http/method': 405,
  'http/not-acceptable': 406,
  'http/not-found': 404,
  'http/page-missing': 503,
  'http/too-large': 413,
  'http/unknown-host': 421,
  'http/wrong-type': 415,
  'push/crowded': 409,
  'push/no-contact': 422,
  'push/unknown-service': 422,
  'request/no-answer': 503,
  'request/too-large': 413,
  'request/too-many': 429,
  'session/bad-offer': 400,
  // The syntax is right and the type too, yet nothing can be made of it (RFC 9110, 15.5.21).
  'session/no-common-codec': 422,
  'session/limit': 503,
  'session/unknown': 404,
  'whep/bad-fragment': 400,
  'whep/condition-failed': 412,
  'whep/condition-missing': 428, // RFC 6585, 3
};

/** What a failure is to whoever asked. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

/**
 * Makes the refusal of `error`. What has no code is our own failure: logged whole, shown as `http/internal`.
 * @param status overrides the table: `access/denied` is 401 to a stranger, 403 to somebody known.
 */
export function refusalOf(error: unknown, log: Logger, status?: number): Refusal {
  if (!(error instanceof VedetteError)) log.error({ err: error }, 'a request failed');
  const shown = error instanceof VedetteError ? error : new VedetteError('http/internal');
  const { code, reason: message, detail } = shown.told;
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  const retryAfter = shown.data.retryAfterSeconds;
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  return {
    status: status ?? statuses[shown.code] ?? 500,
    headers,
    body: { code, message, cure: shown.cure, ...(detail ? { detail } : {}) },
  };
}
