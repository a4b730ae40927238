import type { Attempt } from './delivery.ts';

/** A server that has not answered by then hangs, ms. */
const defaultTimeoutMs = 10_000;
/** Not its fault, but the moment's: it is tried again (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
const passing = new Set([408, 425, 429]);
/** What a name server, a network or a TLS library says, for people. Codes alone: messages hold addresses. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way there',
  ENETUNREACH: 'there is no network',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_SOCKET: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not from a known authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not from a known authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not from a known authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

export interface SendOptions {
  readonly method?: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** 10 s unless told. */
  readonly timeoutMs?: number;
}

/** What a server made of it: its status, or why there is none. */
export type Sent = { readonly status: number; readonly retryAfterMs?: number } | { readonly reason: string };

/**
 * Sends one HTTP request and reads nothing of the answer but its status. Follows no redirect: what was meant for one
 * host goes to no other. Never throws, and says no address.
 */
export async function sendOnce(url: string, options: SendOptions): Promise<Sent> {
  const { method = 'POST', headers, body, signal, timeoutMs = defaultTimeoutMs } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    await answer.body?.cancel();
    const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'));
    return { status: answer.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  } catch (error) {
    if (timeout.aborted) return { reason: `no answer within ${timeoutMs / 1000} s` };
    return { reason: reasonOf(error) };
  }
}

/** What to do after an answer: 2xx is delivered, what may pass is tried later, all else was refused. */
export function attemptOf(sent: Sent): Attempt {
  if ('reason' in sent) return { result: 'later', reason: sent.reason };
  const { status, retryAfterMs } = sent;
  if (status >= 200 && status < 300) return { result: 'delivered' };
  const reason = `it answers ${status}`;
  if (status >= 500 || passing.has(status)) {
    return { result: 'later', reason, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
  }
  return { result: 'refused', reason };
}

/** Seconds alone (RFC 9110, 10.2.3): dates need a clock that both agree on. */
function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,7}$/.test(header) ? Number(header) * 1000 : undefined;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return (code !== undefined && words[code]) || (code ?? 'it cannot be reached');
}
