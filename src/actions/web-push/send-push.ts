import { createHash } from 'node:crypto';
import type { PushMessage, PushRequest } from '../../protocol/push.ts';
import type { Attempt } from '../delivery.ts';
import { attemptOf, sendOnce } from '../send.ts';
import type { VapidKeys } from './vapid.ts';

export interface PushOptions {
  readonly keys: VapidKeys;
  /** A mailto: or https: address (RFC 8292, 2.1). */
  readonly contact: string;
  /** Wakes a phone that saves its battery (RFC 8030, 5.3). */
  readonly urgent: boolean;
  /** The push service drops it after so long (RFC 8030, 5.2). */
  readonly ttlSeconds: number;
  readonly signal: AbortSignal;
}

/** `gone`: the browser has unsubscribed (RFC 8030, 7.3). */
export type PushAttempt = Attempt | { readonly result: 'gone' };

/** Encrypts a message for one browser (RFC 8291) and hands it to its push service. */
export async function sendPush(
  { endpoint, keys: browserKeys }: PushRequest['subscription'],
  message: PushMessage,
  { keys, contact, urgent, ttlSeconds, signal }: PushOptions,
): Promise<PushAttempt> {
  // Loaded when the first push is sent: most devices never send one.
  const { buildPushPayload } = await import('@block65/webcrypto-web-push');
  const request = await buildPushPayload(
    {
      data: JSON.stringify(fitted(message)),
      options: { ttl: ttlSeconds, urgency: urgent ? 'high' : 'normal', topic: topicOf(message.tag) },
    },
    { endpoint, expirationTime: null, keys: browserKeys },
    { ...keys, subject: contact },
  );
  // Its length is the HTTP client's to say.
  const { 'content-length': _, ...headers } = request.headers;
  const sent = await sendOnce(endpoint, { headers, body: request.body, signal });
  if ('status' in sent && (sent.status === 404 || sent.status === 410)) return { result: 'gone' };
  return attemptOf(sent);
}

/** A later message of the same topic takes the place of one that waits (RFC 8030, 5.4: at most 32 characters). */
function topicOf(tag: string): string {
  return createHash('sha256').update(tag).digest('base64url').slice(0, 32);
}

/** Push services take 4,096 bytes (RFC 8291, 4), of which words may have most. */
function fitted(message: PushMessage): PushMessage {
  const short = (text: string, chars: number) =>
    text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
  return { ...message, title: short(message.title, 200), body: short(message.body, 600) };
}
