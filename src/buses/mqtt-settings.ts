import { z } from 'zod';
import { secretText } from '../protocol/secret.ts';

/** The key `mqtt` of a profile: the one broker of the device. */
export const MqttSettings = z.strictObject({
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/[^\s/@]+(\/\S*)?$/, 'mqtt://host:1883, mqtts://host:8883, ws:// or wss://')
    .describe('Address of the broker: mqtt://host, or mqtts://host with TLS; no password in it'),
  username: z.string().min(1).optional(),
  password: secretText.optional().describe('As in file:mqtt-password'),
  clientId: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'letters, digits, _ and -')
    .optional()
    .describe('How the broker knows this device; vedette-<device> by default'),
  ca: z
    .string()
    .includes('BEGIN CERTIFICATE', 'a PEM certificate, as in file:broker-ca.pem')
    .optional()
    .describe('The authority that the broker’s certificate must be from, in place of those of the system'),
  verify: z
    .boolean()
    .default(true)
    .describe('Whether the broker must prove its name by its certificate; false trusts whoever answers'),
});
export type MqttSettings = z.output<typeof MqttSettings>;
