import type { MqttWill } from '../buses/mqtt.ts';
import type { LockState } from '../protocol/lock.ts';
import type { HomeAssistantSettings } from './settings.ts';

/** What stands on the topic of an availability. */
export const presence = { here: 'online', gone: 'offline' } as const;
/** What stands on the topic of something that is on or off. */
export const onOff = { on: 'ON', off: 'OFF' } as const;
/** What the acknowledge button publishes; a rule's name acknowledges just that. */
export const acknowledgeAll = 'all';

/** What stands on a lock's topic, and what is said to it. Home Assistant takes `None` for: not known. */
export const lockWords = {
  locked: 'LOCKED',
  locking: 'LOCKING',
  unlocked: 'UNLOCKED',
  unlocking: 'UNLOCKING',
  jammed: 'JAMMED',
  // It is open, and not by an unlock: its attributes and its event say so.
  forced: 'UNLOCKED',
  unknown: 'None',
} as const satisfies Record<LockState, string>;
export const lockCommands = { lock: 'LOCK', unlock: 'UNLOCK' } as const;

/** Where everything of one device stands at the broker. */
export interface Topics {
  /** Where Home Assistant looks for devices; retained. */
  readonly config: string;
  /** Where Home Assistant says that it has started. */
  readonly birth: string;
  /** Whether the device is there; retained, and its last will. */
  readonly availability: string;
  /** The newest reading, retained. */
  sensor(sensor: string): string;
  /** Whether it can be believed, retained. */
  sensorAvailability(sensor: string): string;
  /** `ON` while it is raised, retained. */
  rule(rule: string): string;
  /** What more is known of it, as JSON, retained. */
  ruleAttributes(rule: string): string;
  /** How a lock stands, retained. */
  lock(lock: string): string;
  /** What more is known of it, as JSON, retained. */
  lockAttributes(lock: string): string;
  /** What is said to it. */
  lockCommand(lock: string): string;
  /** Presses of the bell; never retained. */
  doorbell(feed: string): string;
  /** JPEG files; never retained: a broker is no album. */
  picture(feed: string): string;
  /** What acknowledges: {@link acknowledgeAll}, or a rule's name. */
  readonly acknowledge: string;
}

/** The topics of a device. */
export function topicsOf(device: string, { prefix, topic }: HomeAssistantSettings): Topics {
  const base = topic ?? `vedette/${device}`;
  return {
    config: `${prefix}/device/${idOf(device)}/config`,
    birth: `${prefix}/status`,
    availability: `${base}/availability`,
    sensor: (sensor) => `${base}/sensor/${sensor}`,
    sensorAvailability: (sensor) => `${base}/sensor/${sensor}/availability`,
    rule: (rule) => `${base}/rule/${rule}`,
    ruleAttributes: (rule) => `${base}/rule/${rule}/attributes`,
    lock: (lock) => `${base}/lock/${lock}`,
    lockAttributes: (lock) => `${base}/lock/${lock}/attributes`,
    lockCommand: (lock) => `${base}/lock/${lock}/set`,
    doorbell: (feed) => `${base}/doorbell/${feed}`,
    picture: (feed) => `${base}/picture/${feed}`,
    acknowledge: `${base}/acknowledge`,
  };
}

/** How Home Assistant knows the device: its name must be the only one at the broker. */
export function idOf(device: string): string {
  return `vedette-${device}`;
}

/** What the broker says once the device is gone: everything of it becomes unavailable. */
export function availabilityWill(device: string, settings: HomeAssistantSettings): MqttWill {
  return { topic: topicsOf(device, settings).availability, payload: presence.gone, retain: true };
}
