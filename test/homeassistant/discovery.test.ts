import { expect, test } from 'vitest';
import {
  type DescribedDevice,
  discoveryDocument,
  platforms,
  withoutComponents,
} from '../../src/homeassistant/discovery.ts';
import { HomeAssistantSettings } from '../../src/homeassistant/settings.ts';
import { availabilityWill, topicsOf } from '../../src/homeassistant/topics.ts';

const settings = HomeAssistantSettings.parse(true)!;
const topics = topicsOf('boiler-room', settings);
const sensor = { decimals: 1, limits: [], settable: false };

const described: DescribedDevice = {
  device: {
    name: 'boiler-room',
    title: 'Boiler room',
    version: '0.1.0',
    page: 'https://boiler-room.local:8480/',
  },
  sensors: [
    { ...sensor, sensor: 'machine.temperature', title: 'Temperature', unit: '°C', type: 'number' },
    { ...sensor, sensor: 'machine.vibration', title: 'Vibration', unit: 'g RMS', type: 'number' },
    { ...sensor, sensor: 'fill', title: 'Fill', unit: '', type: 'number', decimals: 0 },
    { ...sensor, sensor: 'hatch', title: 'Hatch', unit: '', type: 'boolean' },
  ],
  rules: [
    { rule: 'overheating', title: 'Machine too hot', severity: 'critical' },
    { rule: 'press', title: 'Somebody rang', severity: 'info' },
  ],
  locks: [{ lock: 'box', title: 'Parcel box' }],
  doorbells: [{ feed: 'door', title: 'Front door' }],
  pictures: [{ feed: 'machine', title: 'Machine' }],
  acknowledge: true,
};

const document = discoveryDocument(described, topics);

test('one document describes the device and all its entities', () => {
  expect(topics.config).toBe('homeassistant/device/vedette-boiler-room/config');
  expect(document).toEqual({
    device: {
      identifiers: ['vedette-boiler-room'],
      name: 'Boiler room',
      manufacturer: 'Vedette',
      sw_version: '0.1.0',
      configuration_url: 'https://boiler-room.local:8480/',
    },
    origin: { name: 'Vedette', sw_version: '0.1.0' },
    availability: [{ topic: 'vedette/boiler-room/availability' }],
    qos: 1,
    components: expect.any(Object),
  });
  expect(Object.keys(document.components)).toEqual([
    'sensor-machine.temperature',
    'sensor-machine.vibration',
    'sensor-fill',
    'sensor-hatch',
    'rule-overheating',
    'rule-press',
    'lock-box',
    'doorbell-door',
    'picture-machine',
    'acknowledge',
  ]);
});

test('a sensor has its unit, its class where the unit says it, and is away when it cannot be believed', () => {
  expect(document.components['sensor-machine.temperature']).toEqual({
    platform: 'sensor',
    name: 'Temperature',
    unique_id: 'vedette-boiler-room-sensor-machine.temperature',
    state_topic: 'vedette/boiler-room/sensor/machine.temperature',
    availability: [
      { topic: 'vedette/boiler-room/availability' },
      { topic: 'vedette/boiler-room/sensor/machine.temperature/availability' },
    ],
    availability_mode: 'all',
    state_class: 'measurement',
    suggested_display_precision: 1,
    unit_of_measurement: '°C',
    device_class: 'temperature',
  });
  expect(document.components['sensor-machine.vibration']).toMatchObject({ unit_of_measurement: 'g RMS' });
  expect(document.components['sensor-machine.vibration']).not.toHaveProperty('device_class');
  expect(document.components['sensor-fill']).not.toHaveProperty('unit_of_measurement');
});

test('what is on or off is a binary sensor, a rule a problem, a bell an event, an acknowledgement a button', () => {
  const { components } = document;
  expect(components['sensor-hatch']).toMatchObject({ platform: 'binary_sensor', payload_on: 'ON' });
  expect(components['rule-overheating']).toMatchObject({
    platform: 'binary_sensor',
    device_class: 'problem',
    json_attributes_topic: 'vedette/boiler-room/rule/overheating/attributes',
  });
  expect(components['rule-press']).not.toHaveProperty('device_class');
  expect(components['doorbell-door']).toMatchObject({
    platform: 'event',
    device_class: 'doorbell',
    event_types: ['ring'],
  });
  expect(components['picture-machine']).toMatchObject({ platform: 'image', content_type: 'image/jpeg' });
  expect(components.acknowledge).toMatchObject({ platform: 'button', payload_press: 'all' });
});

test('every entity has a name and an id of its own, and no topic has a wildcard', () => {
  const components = Object.values(document.components);
  expect(new Set(components.map(({ unique_id }) => unique_id)).size).toBe(components.length);
  for (const component of components) {
    expect(platforms).toContain(component.platform);
    expect(component.name).toEqual(expect.stringMatching(/./));
    const used = Object.entries(component).filter(([key]) => key.endsWith('_topic'));
    for (const [, topic] of used) expect(topic).toMatch(/^vedette\/boiler-room\/[^+#\s]+$/);
  }
});

test('an entity that left is told by its platform alone', () => {
  const update = withoutComponents(document, { 'sensor-oil': 'sensor' });
  expect(update.components['sensor-oil']).toEqual({ platform: 'sensor' });
  expect(update.components['sensor-fill']).toBe(document.components['sensor-fill']);
});

test('the profile names prefix and topic, and the will stands where the availability does', () => {
  const own = HomeAssistantSettings.parse({ prefix: 'ha', topic: 'home/boiler' })!;
  expect(topicsOf('boiler-room', own)).toMatchObject({
    config: 'ha/device/vedette-boiler-room/config',
    birth: 'ha/status',
    availability: 'home/boiler/availability',
  });
  expect(availabilityWill('boiler-room', own)).toEqual({
    topic: 'home/boiler/availability',
    payload: 'offline',
    retain: true,
  });
  for (const topic of ['a/#', '+', '/a', 'a//b', '$SYS/a', 'a b', '']) {
    expect(HomeAssistantSettings.safeParse({ topic }).success).toBe(false);
  }
  expect(HomeAssistantSettings.parse(false)).toBeUndefined();
});
