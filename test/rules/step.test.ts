import { expect, test } from 'vitest';
import { alarmOf, alarmsOf } from '../../src/rules/status.ts';
import { nextDueMs } from '../../src/rules/step.ts';
import { noon, told, World } from './world.ts';

const hot = { when: 'machine.temperature > 80 °C', clear: 'machine.temperature < 75 °C' };
const temperature = 'machine.temperature';

test('an alarm raises above its limit and clears below the other one, once each', () => {
  const world = new World({ hot: { ...hot, do: ['siren'], onClear: ['fan'] } });
  expect(told(world.read(temperature, 79))).toEqual([]);
  expect(world.read(temperature, 81)).toEqual([
    { type: 'raise', rule: 'hot', occasion: 1, time: noon, sensor: temperature, unit: '°C', value: 81 },
    { type: 'run', on: 'raise', rule: 'hot', occasion: 1, time: noon, actions: ['siren'] },
    { type: 'changed', rule: 'hot' },
  ]);
  for (const value of [90, 79, 76, 81]) expect(world.read(temperature, value)).toEqual([]);
  world.now = 5_000;
  expect(world.read(temperature, 74)).toEqual([
    { type: 'clear', rule: 'hot', occasion: 1, time: noon + 5_000, because: 'over' },
    { type: 'run', on: 'clear', rule: 'hot', occasion: 1, time: noon + 5_000, actions: ['fan'] },
    { type: 'changed', rule: 'hot' },
  ]);
  expect(told(world.read(temperature, 81))).toEqual(['raise', 'run raise siren']);
});

test('without a condition to clear, it is over when its condition is', () => {
  const world = new World({ press: { when: 'bell' } });
  expect(told(world.read('bell', 1))).toEqual(['raise']);
  expect(told(world.read('bell', 0))).toEqual(['clear']);
});

test('a rule whose two conditions are true at once raises once and does not flutter', () => {
  const world = new World({ odd: { when: 'count > 5', clear: 'count > 3' } });
  expect(told(world.read('count', 6))).toEqual(['raise']);
  expect(world.read('count', 7)).toEqual([]);
  expect(told(world.read('count', 4))).toEqual(['clear']);
});

test('a condition that must hold raises as of the moment when it had, however late somebody looks', () => {
  const world = new World({ hot: { ...hot, for: '10s' } });
  world.read(temperature, 90);
  expect(nextDueMs(world.state)).toBe(10_000);
  world.now = 9_999;
  expect(world.input({ type: 'tick' })).toEqual([]);
  world.now = 60_000;
  expect(world.input({ type: 'tick' })).toMatchObject([{ type: 'raise', time: noon + 10_000 }, {}]);
});

test('what was due before a reading came is done before it', () => {
  const world = new World({ hot: { ...hot, for: '10s' } });
  world.read(temperature, 90);
  world.now = 11_000;
  expect(world.read(temperature, 20)).toMatchObject([
    { type: 'raise', time: noon + 10_000 },
    { type: 'changed' },
    { type: 'clear', time: noon + 11_000 },
    { type: 'changed' },
  ]);
});

test('a hold begins anew after each interruption', () => {
  const world = new World({ hot: { ...hot, for: '10s' } });
  world.read(temperature, 90);
  world.pass(9_000);
  world.read(temperature, 80);
  world.read(temperature, 90);
  expect(world.pass(9_999)).toEqual([]);
  expect(told(world.pass(1))).toEqual(['raise']);
});

test('in its cooldown a rule is silent, and raises at its end where its condition is still true', () => {
  const world = new World({ press: { when: 'bell', cooldown: '30s' } });
  world.read('bell', 1);
  world.read('bell', 0);
  world.pass(10_000);
  expect(world.read('bell', 1)).toEqual([]);
  expect(world.pass(19_999)).toEqual([]);
  expect(told(world.pass(1))).toEqual(['raise']);
});

test('a latching alarm stays until it is acknowledged and over, in either order', () => {
  const world = new World({ hot: { ...hot, latch: true, onClear: ['fan'] } });
  world.read(temperature, 90);
  expect(told(world.read(temperature, 20))).toEqual([]);
  expect(alarmsOf(world.state)).toMatchObject([{ rule: 'hot', state: 'latched' }]);
  const acknowledge = { type: 'acknowledge', rule: 'hot', by: 'Ada' } as const;
  expect(told(world.input(acknowledge))).toEqual(['acknowledged', 'clear', 'run clear fan']);
  expect(alarmsOf(world.state)).toEqual([]);

  world.read(temperature, 90);
  expect(told(world.input(acknowledge))).toEqual(['acknowledged']);
  expect(alarmsOf(world.state)).toMatchObject([{ state: 'raised', acknowledgedBy: 'Ada' }]);
  expect(told(world.read(temperature, 20))).toEqual(['clear', 'run clear fan']);
});

test('a latched alarm whose danger is back is raised again, heard again, and no second alarm', () => {
  const world = new World({ hot: { ...hot, latch: true } });
  world.read(temperature, 90);
  world.input({ type: 'silence', rule: 'hot' });
  world.read(temperature, 20);
  expect(alarmOf(world.state, 'hot')).toMatchObject({ state: 'latched', silenced: true });
  expect(world.read(temperature, 90)).toEqual([{ type: 'changed', rule: 'hot' }]);
  expect(alarmOf(world.state, 'hot')).toMatchObject({ state: 'raised', silenced: false });
});

test('to silence an alarm is not to acknowledge it, and is done once', () => {
  const world = new World({ hot: { ...hot, latch: true, escalate: [{ after: '1m', do: ['phone'] }] } });
  world.read(temperature, 90);
  expect(told(world.input({ type: 'silence', rule: 'hot' }))).toEqual(['silenced']);
  expect(world.input({ type: 'silence', rule: 'hot' })).toEqual([]);
  expect(alarmOf(world.state, 'hot')).toMatchObject({ state: 'raised', silenced: true });
  expect(told(world.pass(60_000))).toEqual(['run escalate phone']);
});

test('it escalates in order while nobody acknowledges it, latched or not, and no longer then', () => {
  const escalate = [
    { after: '5m', do: ['everybody'] },
    { after: '1m', do: ['phone'] },
  ];
  const world = new World({ hot: { ...hot, latch: true, escalate } });
  world.read(temperature, 90);
  expect(told(world.pass(60_000))).toEqual(['run escalate phone']);
  world.read(temperature, 20);
  expect(told(world.pass(240_000))).toEqual(['run escalate everybody']);
  world.input({ type: 'acknowledge', rule: 'hot', by: 'Ada' });
  world.read(temperature, 90);
  expect(told(world.pass(59_000))).toEqual([]);
  world.input({ type: 'acknowledge', rule: 'hot', by: 'Ada' });
  expect(told(world.pass(600_000))).toEqual([]);
});

test('a shelved rule raises nothing until its end, and then what is still true', () => {
  const world = new World({ hot: { ...hot, onClear: ['fan'] } });
  world.read(temperature, 90);
  const shelve = { type: 'shelve', rule: 'hot', ms: 60_000, reason: 'we are at it' } as const;
  expect(told(world.input(shelve))).toEqual(['clear shelved']);
  expect(alarmsOf(world.state)).toMatchObject([
    { state: 'shelved', since: noon, shelvedUntil: noon + 60_000, shelvedBecause: 'we are at it' },
  ]);
  world.read(temperature, 20);
  world.read(temperature, 90);
  expect(told(world.pass(59_999))).toEqual([]);
  expect(told(world.pass(1))).toEqual(['raise']);
});

test('a shelf can be ended by hand', () => {
  const world = new World({ hot: { ...hot, cooldown: '1h' } });
  world.read(temperature, 90);
  world.input({ type: 'shelve', rule: 'hot', ms: 60_000, reason: 'by mistake' });
  expect(told(world.input({ type: 'shelve', rule: 'hot', ms: 0, reason: '' }))).toEqual(['raise']);
  expect(world.input({ type: 'shelve', rule: 'hot', ms: 0, reason: '' })).toEqual([]);
});

test('while a sensor is at fault nothing is known: what is raised stays, what is not does not raise', () => {
  const world = new World({
    hot: { ...hot, for: '10s' },
    cold: { when: 'machine.temperature < 5', clear: 'machine.temperature > 6' },
    wet: { when: 'machine.temperature > 50 or humidity > 90' },
    not_hot: { when: 'not (machine.temperature > 80)' },
  });
  world.read('humidity', 40);
  world.read(temperature, 2);
  expect(alarmsOf(world.state).map(({ rule }) => rule)).toEqual(['cold', 'not_hot']);
  expect(told(world.fault(temperature))).toEqual(['fault']);
  expect(told(world.pass(3_600_000))).toEqual([]);
  // What decides by itself does.
  expect(told(world.read('humidity', 95))).toEqual(['raise']);
  expect(alarmsOf(world.state).map(({ rule }) => rule)).toEqual(['cold', 'wet', 'not_hot']);
  expect(told(world.read(temperature, 7))).toEqual(['well', 'clear']);
});

test('a hold does not go on through a fault', () => {
  const world = new World({ hot: { ...hot, for: '10s' } });
  world.read(temperature, 90);
  world.pass(9_000);
  world.fault(temperature);
  world.read(temperature, 90);
  expect(told(world.pass(9_999))).toEqual([]);
  expect(told(world.pass(1))).toEqual(['raise']);
});

test('actions on fault run once for each fault, not again for a second sensor of the rule', () => {
  const world = new World({
    far: { when: 'machine.temperature > room.temperature + 30', onFault: ['phone'] },
  });
  world.read(temperature, 20);
  world.read('room.temperature', 20);
  expect(told(world.fault(temperature))).toEqual(['fault', 'run fault phone']);
  expect(told(world.fault(temperature))).toEqual([]);
  expect(told(world.fault('room.temperature'))).toEqual(['fault']);
  expect(told(world.input({ type: 'well', sensor: temperature }))).toEqual(['well']);
  expect(told(world.input({ type: 'well', sensor: 'room.temperature' }))).toEqual(['well']);
  world.read(temperature, 20);
  world.read('room.temperature', 20);
  expect(told(world.fault('room.temperature'))).toEqual(['fault', 'run fault phone']);
});

test('a fault is a condition of its own', () => {
  const world = new World({ broken: { when: 'fault(humidity) for 5s' } });
  world.fault('humidity');
  expect(told(world.pass(5_000))).toEqual(['raise']);
  expect(told(world.read('humidity', 40))).toEqual(['well', 'clear']);
});

test('after a fault nothing is known before the next reading, even where the sensor says that it is well', () => {
  const world = new World({ hot });
  world.read(temperature, 90);
  world.fault(temperature);
  expect(told(world.input({ type: 'well', sensor: temperature }))).toEqual(['well']);
  expect(alarmOf(world.state, 'hot')?.state).toBe('raised');
  expect(told(world.read(temperature, 20))).toEqual(['clear']);
});

test('a rule counts only in its hours, and what is raised is over with them', () => {
  const world = new World({ night: { when: 'door', between: '22:00-06:00' } });
  expect(world.read('door', 1)).toEqual([]);
  const at = (hours: number) => (noon + (hours - 12) * 3_600_000) as typeof noon;
  expect(told(world.input({ type: 'wall', wall: at(22) }))).toEqual(['raise']);
  expect(told(world.input({ type: 'wall', wall: at(29) }))).toEqual([]);
  expect(told(world.input({ type: 'wall', wall: at(30) }))).toEqual(['clear hours']);
  // The clock is set back into the night.
  expect(told(world.input({ type: 'wall', wall: at(29) }))).toEqual(['raise']);
});

test('a wall clock that jumps changes no hold, no cooldown, no shelf', () => {
  const world = new World({ hot: { ...hot, for: '10s' }, press: { when: 'bell', cooldown: '10s' } });
  world.read(temperature, 90);
  world.read('bell', 1);
  world.read('bell', 0);
  world.read('bell', 1);
  world.now = 5_000;
  for (const jump of [-400, 400]) {
    world.input({ type: 'wall', wall: (noon + jump * 86_400_000) as typeof noon });
    expect(told(world.pass(0))).toEqual([]);
  }
  expect(told(world.pass(4_999))).toEqual([]);
  expect(told(world.pass(1))).toEqual(['raise', 'raise']);
});

test('what is said about rules and sensors that there are not changes nothing', () => {
  const world = new World({ hot });
  const { alarms, sensors } = world.state;
  for (const intents of [
    world.read('nothing', 1),
    world.fault('nothing'),
    world.input({ type: 'acknowledge', rule: 'nothing', by: 'Ada' }),
    world.input({ type: 'acknowledge', rule: 'hot', by: 'Ada' }),
    world.input({ type: 'silence', rule: 'hot' }),
    world.input({ type: 'shelve', rule: 'nothing', ms: 1, reason: '' }),
    world.input({ type: 'recorded', rule: 'hot', occasion: 1, event: 'e' }),
  ]) {
    expect(intents).toEqual([]);
  }
  expect(world.state.alarms).toBe(alarms);
  expect(world.state.sensors).toBe(sensors);
});

test('the event that was written for an alarm is told with all that becomes of it', () => {
  const world = new World({ hot: { ...hot, latch: true, do: ['siren'] } });
  world.read(temperature, 90);
  expect(world.input({ type: 'recorded', rule: 'hot', occasion: 7, event: 'wrong' })).toEqual([]);
  expect(world.input({ type: 'recorded', rule: 'hot', occasion: 1, event: 'e1' })).toEqual([
    { type: 'changed', rule: 'hot' },
  ]);
  expect(alarmOf(world.state, 'hot')?.event).toBe('e1');
  expect(world.input({ type: 'acknowledge', rule: 'hot', by: 'Ada' })[0]).toMatchObject({ event: 'e1' });
  expect(world.read(temperature, 20)[0]).toMatchObject({ type: 'clear', event: 'e1' });
});

test('a state is never changed: the same step from it gives the same', () => {
  const world = new World({ hot: { when: `mean(${temperature}, 1m) > 60 for 2s` } });
  world.read(temperature, 90);
  const { state } = world;
  const first = world.pass(10_000);
  world.state = state;
  world.now = 0;
  expect(world.pass(10_000)).toEqual(first);
  expect(told(first)).toEqual(['raise']);
});

test('a window whose steps are no round number goes on, at whatever fraction of a millisecond it is looked at', () => {
  const world = new World({ hot: { when: 'mean(machine.temperature, 10s) > 80' } });
  // Thirtieths of 10 s, counted as floating-point numbers do: a step may begin a hair before itself.
  for (let second = 0; second < 60; second++) {
    world.now = 1_000.123 + second * 1_000.7;
    expect(told(world.read(temperature, 70))).toEqual([]);
    expect(nextDueMs(world.state)).toBeGreaterThan(world.now);
  }
});
