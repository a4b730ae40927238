import { z } from 'zod';
import { Severity } from './alarm.ts';
import { base64url } from './base64url.ts';
import { TimeOfDay, TimeZone } from './time-of-day.ts';

/** When somebody is not to be disturbed, but by what is critical. */
export const QuietHours = z.strictObject({ from: TimeOfDay, to: TimeOfDay, zone: TimeZone });
export type QuietHours = z.infer<typeof QuietHours>;

/**
 * Page to device, `PUT /api/push`: this browser wants to be told. A later one of the same endpoint takes its place.
 * `subscription` is what `PushSubscription.toJSON()` gives.
 */
export const PushRequest = z.strictObject({
  subscription: z.object({
    endpoint: z.url({ protocol: /^https$/ }).max(1_000),
    keys: z.object({
      /** The browser's P-256 key, an uncompressed point (RFC 8291, 2.1). */
      p256dh: base64url(65),
      auth: base64url(16),
    }),
  }),
  /** Whose browser it is; actions may name people. */
  name: z.string().trim().min(1).max(40),
  quiet: QuietHours.optional(),
  /** Nothing at all until then, wall time in ms. */
  snoozeUntil: z.number().optional(),
});
export type PushRequest = z.infer<typeof PushRequest>;

/** Page to device, `DELETE /api/push`. */
export const PushRemoval = z.strictObject({ endpoint: z.string().max(1_000) });

/** Device to service worker: what a push carries, as JSON. */
export const PushMessage = z.strictObject({
  title: z.string(),
  body: z.string(),
  /** One notification a tag: a later one takes the place of the one before. */
  tag: z.string(),
  /** What a touch on it opens, on the device's own page. */
  path: z.string(),
  severity: Severity,
  /** What happened, and at which point of it. */
  type: z.enum(['alarm', 'ring', 'fault', 'message', 'device']),
  on: z.enum(['raise', 'escalate', 'clear', 'fault']),
  event: z.string(),
  /** Wall time in ms. */
  time: z.number(),
  /** Where the browser gets its picture, from the device itself. */
  image: z.string().optional(),
});
export type PushMessage = z.infer<typeof PushMessage>;
