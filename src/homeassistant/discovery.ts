import type { Severity } from '../protocol/alarm.ts';
import type { SensorDescription } from '../protocol/reading.ts';
import { acknowledgeAll, idOf, lockCommands, lockWords, onOff, type Topics } from './topics.ts';
import { deviceClassOf } from './units.ts';

/** The kinds of entities that a device of ours has there. */
export const platforms = ['sensor', 'binary_sensor', 'event', 'image', 'button', 'lock'] as const;
type Platform = (typeof platforms)[number];

/** What Home Assistant is told of, once and for all. */
export interface DescribedDevice {
  readonly device: {
    readonly name: string;
    readonly title: string;
    /** Vedette's. */
    readonly version: string;
    /** The page, without a secret. */
    readonly page?: string | undefined;
  };
  readonly sensors: readonly SensorDescription[];
  readonly rules: readonly { readonly rule: string; readonly title: string; readonly severity: Severity }[];
  readonly locks: readonly { readonly lock: string; readonly title: string }[];
  /** Feeds that somebody can ring at. */
  readonly doorbells: readonly { readonly feed: string; readonly title: string }[];
  /** Feeds whose pictures go to the broker. */
  readonly pictures: readonly { readonly feed: string; readonly title: string }[];
  readonly acknowledge: boolean;
}

/** One entity. What a key means: Home Assistant's documentation of its platform. */
export interface Component {
  readonly platform: Platform;
  readonly [key: string]: unknown;
}

/** What stands at `<prefix>/device/<id>/config` (Home Assistant 2024.11 and newer: device-based discovery). */
export interface DiscoveryDocument {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, string>>;
  readonly availability: readonly Availability[];
  readonly qos: 1;
  readonly components: Readonly<Record<string, Component>>;
}

interface Availability {
  readonly topic: string;
}

/** Describes a device and all its entities in one document. */
export function discoveryDocument(described: DescribedDevice, topics: Topics): DiscoveryDocument {
  const { name, title, version, page } = described.device;
  const id = idOf(name);
  const components = [
    ...described.sensors.map((sensor) => sensorComponent(sensor, topics)),
    ...described.rules.map((rule) => ruleComponent(rule, topics)),
    ...described.locks.map((lock) => lockComponent(lock, topics)),
    ...described.doorbells.map((doorbell) => doorbellComponent(doorbell, topics)),
    ...described.pictures.map((picture) => pictureComponent(picture, topics)),
    ...(described.acknowledge ? [acknowledgeComponent(topics)] : []),
  ];
  return {
    device: {
      identifiers: [id],
      name: title,
      manufacturer: 'Vedette',
      sw_version: version,
      ...(page !== undefined && { configuration_url: page }),
    },
    origin: { name: 'Vedette', sw_version: version },
    availability: [{ topic: topics.availability }],
    qos: 1,
    components: Object.fromEntries(
      components.map(({ key, ...component }) => [key, { ...component, unique_id: `${id}-${key}` }]),
    ),
  };
}

/** The same document without some entities that Home Assistant knows of: with their platform alone, they go. */
export function withoutComponents(
  document: DiscoveryDocument,
  gone: Readonly<Record<string, Platform>>,
): DiscoveryDocument {
  const empty = Object.entries(gone).map(([key, platform]) => [key, { platform }]);
  return { ...document, components: { ...document.components, ...Object.fromEntries(empty) } };
}

interface KeyedComponent extends Component {
  /** Its name in the document. */
  readonly key: string;
}

function sensorComponent(description: SensorDescription, topics: Topics): KeyedComponent {
  const { sensor, title, unit, type, decimals } = description;
  const common = {
    key: `sensor-${sensor}`,
    name: title,
    state_topic: topics.sensor(sensor),
    // Nobody sees a number that cannot be believed.
    availability: [{ topic: topics.availability }, { topic: topics.sensorAvailability(sensor) }],
    availability_mode: 'all',
  };
  if (type === 'boolean') {
    return { ...common, platform: 'binary_sensor', payload_on: onOff.on, payload_off: onOff.off };
  }
  const deviceClass = deviceClassOf(unit);
  return {
    ...common,
    platform: 'sensor',
    state_class: 'measurement',
    suggested_display_precision: decimals,
    ...(unit !== '' && { unit_of_measurement: unit }),
    ...(deviceClass !== undefined && { device_class: deviceClass }),
  };
}

function ruleComponent(
  { rule, title, severity }: DescribedDevice['rules'][number],
  topics: Topics,
): KeyedComponent {
  return {
    key: `rule-${rule}`,
    platform: 'binary_sensor',
    name: title,
    state_topic: topics.rule(rule),
    json_attributes_topic: topics.ruleAttributes(rule),
    payload_on: onOff.on,
    payload_off: onOff.off,
    // A rule that only notes something, a bell for example, is no problem.
    ...(severity !== 'info' && { device_class: 'problem' }),
  };
}

function lockComponent({ lock, title }: DescribedDevice['locks'][number], topics: Topics): KeyedComponent {
  return {
    key: `lock-${lock}`,
    platform: 'lock',
    name: title,
    state_topic: topics.lock(lock),
    json_attributes_topic: topics.lockAttributes(lock),
    command_topic: topics.lockCommand(lock),
    payload_lock: lockCommands.lock,
    payload_unlock: lockCommands.unlock,
    state_locked: lockWords.locked,
    state_locking: lockWords.locking,
    state_unlocked: lockWords.unlocked,
    state_unlocking: lockWords.unlocking,
    state_jammed: lockWords.jammed,
    // A command that waits for its receiver moves a door that nobody stands at.
    qos: 0,
    retain: false,
  };
}

function doorbellComponent(
  { feed, title }: DescribedDevice['doorbells'][number],
  topics: Topics,
): KeyedComponent {
  return {
    key: `doorbell-${feed}`,
    platform: 'event',
    name: title,
    device_class: 'doorbell',
    event_types: ['ring'],
    state_topic: topics.doorbell(feed),
  };
}

function pictureComponent(
  { feed, title }: DescribedDevice['pictures'][number],
  topics: Topics,
): KeyedComponent {
  return {
    key: `picture-${feed}`,
    platform: 'image',
    name: title,
    image_topic: topics.picture(feed),
    content_type: 'image/jpeg',
  };
}

function acknowledgeComponent(topics: Topics): KeyedComponent {
  return {
    key: 'acknowledge',
    platform: 'button',
    name: 'Acknowledge alarms',
    command_topic: topics.acknowledge,
    payload_press: acknowledgeAll,
  };
}
