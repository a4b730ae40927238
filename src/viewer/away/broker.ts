import type { MqttClient } from 'mqtt';
import type { Away } from '../../identity/away.ts';
import type { Carrier, CarrierEvents } from '../sealed-line.ts';

/** A broker that does not answer by then is as good as none. */
const connectTimeoutMs = 8_000;
/** A description is of no use after that. */
const expirySeconds = 30;

export interface MeetingEvents extends CarrierEvents {
  /** What stands on the device's presence; whoever reaches the broker may have written it. */
  presence(text: string): void;
}

/**
 * Connects to a broker (MQTT 5 over WebSocket) and listens. It is told nothing of who this is: the client's name is new
 * each time, and what is said is sealed by whoever uses it.
 * @param id the device's: SHA-256 of its key
 * @throws Error where the broker is not reached or lets nobody listen
 */
export async function meet(
  { broker, topic }: Away,
  id: string,
  session: string,
  events: MeetingEvents,
): Promise<Carrier> {
  const { write, read } = { write: `${topic}/${id}/in/${session}`, read: `${topic}/${id}/out/${session}` };
  const presence = `${topic}/${id}/presence`;
  // Large, and of use to few: it comes when it is asked for.
  const { default: mqtt } = await import('mqtt'); // its build for browsers exports nothing else
  const client: MqttClient = await mqtt.connectAsync(broker, {
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: connectTimeoutMs,
  });
  client.on('message', (from, payload, { retain }) => {
    if (from === presence) events.presence(new TextDecoder().decode(payload));
    // What else a broker kept was said to nobody.
    else if (!retain) events.message(new TextDecoder().decode(payload));
  });
  client.on('error', () => undefined); // `close` follows
  client.on('close', () => events.lost());
  try {
    // It is of use to those alone whom nobody answers, so a broker may refuse it.
    client.subscribeAsync(presence, { qos: 1 }).catch(() => undefined);
    const [granted] = await client.subscribeAsync(read, { qos: 1 });
    if (granted === undefined || granted.qos > 2) throw new Error('the broker lets nobody listen');
  } catch (error) {
    client.end(true);
    throw error;
  }
  return {
    send: (text) => {
      const properties = { messageExpiryInterval: expirySeconds };
      client.publish(write, text, { qos: 1, properties }, () => undefined);
    },
    close: () => client.end(),
  };
}
