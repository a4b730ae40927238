import { z } from 'zod';
import { base64url } from './base64url.ts';
import { Receipt } from './request.ts';

/** A longer envelope is dropped unread: a signaling message, its signature, and what base64url adds. */
export const maxSealedChars = 256 * 1024;

/** WebSocket subprotocol (RFC 6455, 1.9) of `/signal` with sealed conversations; without it, it is spoken plainly. */
export const sealedProtocol = 'vedette-sealed-1';

const box = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(maxSealedChars);
const common = { v: z.literal(1), session: base64url(16) };

/**
 * What a carrier that is not trusted carries. It reads who the device is and that somebody talks to it, how much and
 * when; not who, and not what.
 */
export const SealedEnvelope = z.discriminatedUnion('type', [
  /** Viewer to device: `eph` is an X25519 public key (RFC 7748, 5) of this session alone. */
  z.strictObject({ ...common, type: z.literal('hello'), eph: base64url(32), box }),
  /** Device to viewer. */
  z.strictObject({ ...common, type: z.literal('welcome'), box }),
  /** Either way, from 1, rising by one with each. */
  z.strictObject({
    ...common,
    type: z.literal('record'),
    seq: z
      .int()
      .min(1)
      .max(2 ** 32),
    box,
  }),
]);
export type SealedEnvelope = z.infer<typeof SealedEnvelope>;

/** Viewer to device, inside a conversation: a request as it would go over the `control` channel. */
export const SealedAsk = z.strictObject({ type: z.literal('ask'), request: z.string() });
export type SealedAsk = z.infer<typeof SealedAsk>;

/** Device to viewer: what a request came to. All else that is said there is signaling. */
export const SealedReceipt = z.strictObject({ type: z.literal('receipt'), receipt: Receipt });
export type SealedReceipt = z.infer<typeof SealedReceipt>;
