import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DeviceEvent } from '../protocol/alarm.ts';
import { durationBetween } from '../protocol/duration.ts';
import { httpAddress, secretText } from '../protocol/secret.ts';
import type { Attempt } from './delivery.ts';
import type { Action, ActionKind, ActionParts, CheckNote, Occasion } from './kind.ts';
import type { Lane } from './lane.ts';
import { attemptOf, sendOnce } from './send.ts';

export const WebhookOptions = z.strictObject({
  url: httpAddress.describe('Where it is posted to; a secret'),
  secret: secretText
    .optional()
    .describe('Signs each message, as standardwebhooks.com says: any text, or whsec_ and base64'),
  expires: durationBetween('10s', '30d').prefault('1d').describe('After this time nobody wants it any more'),
  timeout: durationBetween('100ms', '60s')
    .prefault('10s')
    .describe('A server that has not answered by then hangs'),
});
type WebhookOptions = z.output<typeof WebhookOptions>;

/** As it waits on disk. */
const Kept = z.strictObject({
  /** The same at every try: receivers tell by it what they have already. */
  id: z.string(),
  event: DeviceEvent,
  on: z.enum(['raise', 'escalate', 'clear', 'fault']),
});
type Kept = z.infer<typeof Kept>;

/** Posts what happened as JSON, until it was taken or nobody wants it any more. */
export const webhookAction: ActionKind<typeof WebhookOptions> = {
  kind: 'webhook',
  options: WebhookOptions,
  check: async ({ url, secret }) => notes(new URL(url.reveal()), secret !== undefined),
  open: (options, parts) => new WebhookAction(options, parts),
};

class WebhookAction implements Action {
  readonly #options: WebhookOptions;
  readonly #parts: ActionParts;
  #lane: Lane<Kept> | undefined;

  constructor(options: WebhookOptions, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#lane = this.#parts.outbox.open<Kept>({
      target: this.#parts.name,
      payload: Kept,
      expiresAfterMs: this.#options.expires,
      send: (kept, _about, signal) => this.#send(kept, signal),
      lost: ({ event }, error) => this.#parts.failed(error, event),
    });
  }

  async run({ event, on }: Occasion): Promise<void> {
    await this.#lane?.add({ id: `msg_${randomUUID()}`, event, on });
  }

  async #send({ id, event, on }: Kept, signal: AbortSignal): Promise<Attempt> {
    const { url, secret, timeout } = this.#options;
    const { device, link, clock } = this.#parts;
    const body = JSON.stringify({
      type: `${event.type}.${on}`,
      timestamp: new Date(event.time).toISOString(),
      data: { device, event, link: link(event.feed) },
    });
    const seconds = Math.floor(clock.wall() / 1000);
    const sent = await sendOnce(url.reveal(), {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'vedette',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        ...(secret ? { 'webhook-signature': sign(secret.reveal(), `${id}.${seconds}.${body}`) } : {}),
      },
      body,
      signal,
      timeoutMs: timeout,
    });
    return attemptOf(sent);
  }
}

/** `v1,` and the HMAC-SHA256 of `<id>.<seconds>.<body>` in base64 (standardwebhooks.com, *Signature scheme*). */
function sign(secret: string, content: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

function notes({ protocol, hostname }: URL, signed: boolean): readonly CheckNote[] {
  const told: CheckNote[] = [{ text: `${hostname} is told what happens` }];
  if (protocol === 'http:') told.push({ text: `not encrypted: the network between can read it` });
  if (!signed) told.push({ text: 'not signed: whoever knows the address can send the same' });
  return told;
}
