import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type MonotonicMs, systemClock } from '../../src/clock.ts';
import { entrySchema } from '../../src/profile/entry.ts';
import type { Reading, SensorState } from '../../src/protocol/reading.ts';
import { SensorDescription } from '../../src/protocol/reading.ts';
import { sensorKinds } from '../../src/sensors/kinds.ts';
import { type SensorProfile, sensorProblem, sensorProfile } from '../../src/sensors/profile.ts';
import { Sensors } from '../../src/sensors/sensors.ts';
import { SensorSettings } from '../../src/sensors/settings.ts';
import { until } from '../media/ready.ts';
import { sensorParts, silent } from './contract.ts';
import { ScriptedSensor, SetClock } from './scripted-sensor.ts';

const schema = entrySchema(sensorKinds, SensorSettings.shape);
const simulated = (name: string, options: Record<string, unknown> = {}) =>
  sensorProfile(name, schema.parse({ kind: 'simulated', ...options }));

let clock: SetClock;
let sensors: Sensors | undefined;
let readings: { reading: Reading; now: MonotonicMs }[];
let states: SensorState[];
let order: string[];
beforeEach(() => {
  clock = new SetClock(systemClock);
  readings = [];
  states = [];
  order = [];
});
afterEach(() => sensors?.stop());

function start(...profiles: SensorProfile[]): Sensors {
  sensors = new Sensors({ sensors: profiles, parts: sensorParts({ clock }), log: silent });
  sensors.onReading((reading, now) => {
    readings.push({ reading, now });
    order.push(`${reading.sensor} ${reading.value}`);
  });
  sensors.onState((state) => {
    states.push(state);
    order.push(`${state.sensor} ${state.state}`);
  });
  sensors.start();
  return sensors;
}

test('each sensor is described, with what its kind says where the profile does not', () => {
  const all = start(
    simulated('machine.oil_level', { unit: '%', range: [0, 100], decimals: 2 }),
    simulated('bell', { type: 'boolean', title: 'The bell' }),
  );
  for (const description of all.descriptions) SensorDescription.parse(description);
  expect(all.descriptions).toMatchObject([
    { sensor: 'machine.oil_level', title: 'Machine oil level', unit: '%', range: [0, 100], decimals: 2 },
    { sensor: 'bell', title: 'The bell', unit: '', type: 'boolean', settable: true },
  ]);
  expect(all.states.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
});

test('a sensor that is pulled out is a fault with its last word, and is back with its next one', async () => {
  const sensor = new ScriptedSensor();
  const all = start(sensor.profile('room'));
  await until('it is open', () => sensor.opened === 1);
  sensor.say(20);
  sensor.pullOut();
  expect(all.states[0]).toMatchObject({
    ...{ state: 'fault', reason: 'unavailable', detail: 'the scripted sensor is gone' },
    reading: { value: 20, unit: '°C' },
  });
  await until('it was looked for again', () => sensor.opened >= 3);
  sensor.plugged = true;
  await until('it is back', () => {
    sensor.say(21);
    return readings.length > 1;
  });
  expect(order).toEqual(['room well', 'room 20', 'room fault', 'room well', 'room 21']);
  await all.stop();
  expect(sensor.running).toBe(0);
});

test('one that fails to open, throws or hangs at its end disturbs no other', async () => {
  const well = new ScriptedSensor();
  const throws = well.profile('throws', {
    open: () => {
      throw new TypeError('a mistake of ours');
    },
  });
  const all = start(throws, well.profile('well'));
  await until('its fault', () => states.length > 0);
  well.say(1);
  expect(all.states).toMatchObject([
    { state: 'fault', reason: 'unavailable' },
    { state: 'well', reading: { value: 1 } },
  ]);
});

test('a listener that throws breaks no other', async () => {
  const sensor = new ScriptedSensor();
  sensors = new Sensors({ sensors: [sensor.profile('room')], parts: sensorParts(), log: silent });
  sensors.onReading(() => {
    throw new Error('no');
  });
  const heard: number[] = [];
  sensors.onReading(({ value }) => heard.push(value));
  sensors.start();
  await until('it is open', () => sensor.opened === 1);
  sensor.say(20);
  expect(heard).toEqual([20]);
});

test('the clock set by an hour changes what people read, not when things happened for rules', async () => {
  const sensor = new ScriptedSensor();
  start(sensor.profile('room'));
  await until('it is open', () => sensor.opened === 1);
  sensor.say(20);
  clock.offsetMs = -3_600_000;
  sensor.say(21);
  const [before, after] = readings;
  expect(after!.reading.time).toBeLessThan(before!.reading.time - 3_500_000);
  expect(after!.now).toBeGreaterThanOrEqual(before!.now);
});

test('the time of a reading is when it was true, its `now` when it came', async () => {
  const sensor = new ScriptedSensor();
  start(sensor.profile('bell', { type: 'boolean', unit: '' }));
  await until('it is open', () => sensor.opened === 1);
  const now = clock.now();
  sensor.say(1, (now - 250) as MonotonicMs);
  expect(Math.abs(readings[0]!.reading.time - (clock.wall() - 250))).toBeLessThan(100);
  expect(readings[0]!.now).toBeGreaterThanOrEqual(now);
});

test('ten thousand values in a burst are some hundred readings and one word of warning, the last one among them', async () => {
  const sensor = new ScriptedSensor();
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  sensors = new Sensors({ sensors: [sensor.profile('mad')], parts: sensorParts({ log }), log });
  const floods: number[] = [];
  let heard = 0;
  sensors.onReading(() => {
    heard += 1;
  });
  sensors.onFlood(({ dropped }) => floods.push(dropped));
  sensors.start();
  await until('it is open', () => sensor.opened === 1);
  for (let index = 0; index < 10_000; index += 1) sensor.say(index);
  await until('the last one', () => {
    const [state] = sensors?.states ?? [];
    return state?.state === 'well' && state.reading.value === 9_999;
  });
  const [counts] = sensors.counts;
  expect(counts!.readings + counts!.dropped).toBe(10_000);
  expect(counts!.readings).toBe(heard);
  expect(counts!.readings).toBeLessThan(1_000);
  expect(floods).toHaveLength(1);
  expect(lines.filter((line) => line.includes('says more than it may'))).toHaveLength(1);
});

test('a person sets a simulated sensor, and no other', async () => {
  const sensor = new ScriptedSensor();
  const all = start(simulated('bell', { type: 'boolean', hold: '30ms' }), sensor.profile('room'));
  await until('its first word', () => readings.length > 0);
  expect(all.simulate('bell', 1)).toBe(true);
  await until('it is let go', () => readings.length >= 3);
  expect(readings.slice(0, 3).map(({ reading }) => reading.value)).toEqual([0, 1, 0]);
  expect([all.simulate('room', 1), all.simulate('nobody', 1)]).toEqual([false, false]);
  expect(all.simulate('bell', Number.NaN)).toBe(true);
  expect(all.states[0]).toMatchObject({ state: 'fault', reason: 'out-of-range' });
});

test('stopped, it says nothing more and holds nothing', async () => {
  const sensor = new ScriptedSensor();
  const all = start(sensor.profile('room'), simulated('wave', { period: '20ms' }));
  await until('they speak', () => readings.length > 3);
  await all.stop();
  const { length } = order;
  sensor.say(1);
  await all.stop();
  expect(order).toHaveLength(length);
  expect(sensor.running).toBe(0);
});

test('a source that does not close holds up no stop', async () => {
  const stuck = new ScriptedSensor();
  const all = start(
    stuck.profile('stuck', {
      open: () => ({ ...stuck.open(), stop: () => new Promise(() => {}) }),
    }),
  );
  await until('it is open', () => stuck.opened === 1);
  const startMs = performance.now();
  await all.stop();
  expect(performance.now() - startMs).toBeLessThan(900);
});

test.each([
  [{ smoothing: '1s' }, 'smoothing'],
  [{ range: [0, 1] }, 'range'],
  [{ calibration: { scale: 2 } }, 'calibration'],
  [{ unit: 'V' }, 'unit'],
  [{}, undefined],
])('%j of what is on or off is refused by its key', (settings, key) => {
  const entry = schema.parse({ kind: 'simulated', type: 'boolean', ...settings });
  expect(sensorProblem(entry)?.key).toBe(key);
  expect(sensorProblem(schema.parse({ kind: 'simulated', ...settings }))).toBeUndefined();
});

test('every kind can be written in a profile, with the keys of all sensors', () => {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const branches = (json.oneOf ?? json.anyOf ?? []) as {
    properties: Record<string, { description?: string }>;
  }[];
  expect(branches).toHaveLength(sensorKinds.length);
  for (const { properties } of branches) {
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(SensorSettings.shape)));
  }
});
