import { z } from 'zod';
import { MqttSettings } from '../buses/mqtt-settings.ts';

/** The key `signaling` of a profile: ways in beside the device's own page. */
export const SignalingSettings = z.strictObject({
  mqtt: MqttSettings.extend({
    topic: z
      .string()
      .max(100)
      .regex(/^[\w-]+(\/[\w-]+)*$/, 'words with / between them')
      .default('vedette/signal')
      .describe('What the topics of conversations begin with; the rest is the hash of the device\u2019s key'),
    viewers: z
      .string()
      .regex(/^wss?:\/\/[^\s/@]+(\/\S*)?$/, 'ws:// or wss://, no password in it')
      .describe('The address at which pages reach the same broker, over WebSocket'),
  }).describe(
    'A broker that carries how viewers and the device find each other; it can read and alter nothing of it',
  ),
  page: z
    .url({ protocol: /^https?$/, error: 'an address that begins with https://' })
    .transform((text) => new URL(text))
    .optional()
    .describe(
      'Where the page is hosted for those who do not reach this device: a copy of its files on any web server',
    ),
});
export type SignalingSettings = z.output<typeof SignalingSettings>;
