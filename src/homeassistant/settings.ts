import { z } from 'zod';

/** No wildcards, no empty levels, no `$` that brokers keep for themselves (MQTT 5, 4.7). */
const Topic = z
  .string()
  .max(128)
  .regex(/^[^\s/#+$][^\s/#+]*(\/[^\s/#+]+)*$/, 'words with slashes between them: home/porch');

const fields = z.strictObject({
  prefix: Topic.default('homeassistant').describe('The discovery prefix that is set in Home Assistant'),
  topic: Topic.optional().describe('Where this device speaks; vedette/<device> by default'),
  pictures: z
    .union([z.boolean(), z.array(z.string().min(1).max(64))])
    .default(false)
    .describe('Pictures of alarms and rings go to the broker: true for all feeds, or the names of some'),
  acknowledge: z
    .boolean()
    .default(true)
    .describe(
      'A button in Home Assistant acknowledges all alarms; whoever may publish at the broker can too',
    ),
  trustBrokerToUnlock: z
    .boolean()
    .default(false)
    .describe(
      'Home Assistant may unlock, and with it whoever may publish at the broker or runs it, unasked and unsigned',
    ),
});

/** The key `homeassistant` of a profile; undefined where it says `false`. */
export const HomeAssistantSettings = z.union([
  z.literal(true).transform(() => fields.parse({})),
  z.literal(false).transform(() => undefined),
  fields,
]);
export type HomeAssistantSettings = z.output<typeof fields>;
