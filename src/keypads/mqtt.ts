import { z } from 'zod';
import type { MqttMessage } from '../buses/mqtt-subscriptions.ts';
import { type JsonPath, JsonPathText, valueAt } from '../sensors/json-path.ts';
import { tellText } from './keys.ts';
import type { KeypadBuses, KeypadKind, KeypadSink, KeypadSource } from './kind.ts';

/** Longer messages are no keypad's; Zigbee2MQTT's have a few hundred bytes. */
const maxBytes = 65_536;

const MqttKeypadOptions = z.strictObject({
  topic: z
    .string()
    .regex(/^[^+#\0]{1,200}$/, 'a topic, with no + or # in it')
    .describe('Where it is published: zigbee2mqtt/gate'),
  path: JsonPathText.optional().describe(
    'Where in the JSON of the message the code stands, as in action_code; by default the whole message is it',
  ),
});
type MqttKeypadOptions = z.output<typeof MqttKeypadOptions>;

/** A keypad that publishes keys or codes to the broker of the profile, as those of Zigbee do by Zigbee2MQTT. */
export const mqttKeypad: KeypadKind<typeof MqttKeypadOptions> = {
  kind: 'mqtt',
  options: MqttKeypadOptions,
  check: async ({ topic }) => [
    {
      text: `warning: whoever may read ${topic} at the broker, and whoever runs it, reads each code that is typed, and can type it`,
    },
  ],
  open: (options, { broker }) => new MqttKeypad(options, broker),
};

class MqttKeypad implements KeypadSource {
  readonly #options: MqttKeypadOptions;
  readonly #broker: KeypadBuses['broker'];
  #release: (() => void) | undefined;

  constructor(options: MqttKeypadOptions, broker: KeypadBuses['broker']) {
    this.#options = options;
    this.#broker = broker;
  }

  start(sink: KeypadSink): void {
    const { topic, path } = this.#options;
    const hear = ({ payload, retained }: MqttMessage) => {
      // What the broker kept was typed at another time.
      const text = retained ? undefined : textOf(payload, path);
      if (text !== undefined) tellText(text, sink);
    };
    this.#release = this.#broker.subscribe(topic, hear, (reason) => {
      this.#release?.();
      sink.ended(reason);
    });
  }

  async stop(): Promise<void> {
    this.#release?.();
  }
}

/** What a message says; undefined where it speaks of other things. Total. */
export function textOf(payload: Buffer, path: JsonPath | undefined): string | undefined {
  if (payload.length > maxBytes) return undefined;
  const text = payload.toString('utf8');
  if (!path) return text;
  let value: unknown;
  try {
    value = valueAt(JSON.parse(text), path);
  } catch {
    return undefined;
  }
  // A keypad that says its keys as numbers; a code of digits is a text, or its first zeros would be lost.
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}
