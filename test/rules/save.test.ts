import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { restoreRules, saveRules } from '../../src/rules/save.ts';
import { alarmOf, alarmsOf } from '../../src/rules/status.ts';
import { nextDueMs } from '../../src/rules/step.ts';
import { compiled, noon, told, World } from './world.ts';

const hot = { when: 'machine.temperature > 80', clear: 'machine.temperature < 75' };
const temperature = 'machine.temperature';

/** The world after a restart, `awayMs` later by the wall clock; its monotonic clock begins at 0 again. */
function restarted(world: World, rules: Readonly<Record<string, object>>, awayMs = 0): World {
  const wall = (world.state.wall + (world.now - world.state.wallAt)) as WallMs;
  const saved: unknown = JSON.parse(JSON.stringify(saveRules(world.state)));
  const next = new World(rules, wall);
  const { state, damage } = restoreRules(compiled(rules), saved, (wall + awayMs) as WallMs, 0 as MonotonicMs);
  expect(damage).toBeUndefined();
  next.state = state;
  return next;
}

test('a raised alarm stays raised over a restart, with its event, and does not fire again', () => {
  const rules = { hot: { ...hot, latch: true, do: ['siren'] } };
  const world = new World(rules);
  world.read(temperature, 90);
  world.input({ type: 'recorded', rule: 'hot', occasion: 1, event: 'e1' });
  world.input({ type: 'silence', rule: 'hot' });
  const before = alarmsOf(world.state);
  const next = restarted(world, rules, 60_000);
  expect(alarmsOf(next.state)).toEqual(before);
  expect(told(next.read(temperature, 95))).toEqual([]);
  expect(told(next.read(temperature, 20))).toEqual([]);
  expect(alarmOf(next.state, 'hot')?.state).toBe('latched');
  const again = restarted(next, rules);
  expect(again.input({ type: 'acknowledge', rule: 'hot', by: 'Ada' })).toMatchObject([
    { type: 'acknowledged', event: 'e1' },
    { type: 'clear', event: 'e1', occasion: 1 },
    { type: 'changed' },
  ]);
  expect(again.read(temperature, 90)[0]).toMatchObject({ type: 'raise', occasion: 2 });
});

test('escalations, cooldowns and shelves go on while the device is away', () => {
  const rules = {
    hot: { ...hot, escalate: [{ after: '5m', do: ['phone'] }] },
    press: { when: 'bell', cooldown: '5m' },
    open: { when: 'door' },
  };
  const world = new World(rules);
  world.read(temperature, 90);
  world.read('bell', 1);
  world.read('bell', 0);
  world.input({ type: 'shelve', rule: 'open', ms: 300_000, reason: 'moving' });
  world.pass(60_000);
  const next = restarted(world, rules, 60_000);
  next.read('bell', 1);
  next.read('door', 1);
  expect(alarmOf(next.state, 'open')?.shelvedUntil).toBe(noon + 300_000 + 60_000 - 60_000);
  expect(told(next.pass(179_999))).toEqual([]);
  expect(told(next.pass(1)).toSorted()).toEqual(['raise', 'raise', 'run escalate phone']);
  // An escalation that ran does not run again.
  const again = restarted(next, rules, 3_600_000);
  expect(told(again.pass(600_000))).toEqual([]);
});

test('what fell due meanwhile is done at the first step', () => {
  const rules = { hot: { ...hot, escalate: [{ after: '5m', do: ['phone'] }] } };
  const world = new World(rules);
  world.read(temperature, 90);
  const next = restarted(world, rules, 600_000);
  expect(nextDueMs(next.state)).toBe(0);
  expect(told(next.input({ type: 'tick' }))).toEqual(['run escalate phone']);
});

test('where the wall clock was set back meanwhile, no time went by and no shelf grew longer', () => {
  const rules = {
    hot: { ...hot, escalate: [{ after: '2m', do: ['phone'] }] },
    press: { when: 'bell', cooldown: '3m' },
    open: { when: 'door' },
  };
  const world = new World(rules);
  world.read(temperature, 90);
  world.read('bell', 1);
  world.read('bell', 0);
  world.input({ type: 'shelve', rule: 'open', ms: 60_000, reason: 'moving' });
  const next = restarted(world, rules, -10 * 365 * 86_400_000);
  next.read('bell', 1);
  next.read('door', 1);
  expect(told(next.pass(59_999))).toEqual([]);
  expect(told(next.pass(1))).toEqual(['raise']);
  expect(told(next.pass(60_000))).toEqual(['run escalate phone']);
  expect(told(next.pass(60_000))).toEqual(['raise']);
});

test('a sensor at fault is one after a restart, and neither that nor its actions are told twice', () => {
  const rules = { hot: { ...hot, onFault: ['phone'] } };
  const world = new World(rules);
  expect(told(world.fault(temperature))).toEqual(['fault', 'run fault phone']);
  const next = restarted(world, rules);
  expect(told(next.fault(temperature))).toEqual([]);
  expect(told(next.read(temperature, 20))).toEqual(['well']);
  expect(told(next.fault(temperature))).toEqual(['fault', 'run fault phone']);
});

test('alarms of rules that are no longer in the profile are given back, to be ended', () => {
  const world = new World({ hot, press: { when: 'bell' } });
  world.read(temperature, 90);
  world.input({ type: 'recorded', rule: 'hot', occasion: 1, event: 'e1' });
  const saved = saveRules(world.state);
  const { state, lost } = restoreRules(compiled({ press: { when: 'bell' } }), saved, noon, 0 as MonotonicMs);
  expect(lost).toEqual([{ rule: 'hot', occasion: 1, event: 'e1' }]);
  expect(alarmsOf(state)).toEqual([]);
  expect(state.occasion).toBe(2);
});

test('whatever was saved, rules begin', () => {
  const rules = compiled({ hot, press: { when: 'bell' } });
  const world = new World({ hot, press: { when: 'bell' } });
  world.read(temperature, 90);
  const good = saveRules(world.state);
  const broken = fc.oneof(
    fc.jsonValue(),
    fc.record({
      ...Object.fromEntries(
        Object.entries(good).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]),
      ),
    }),
  );
  fc.assert(
    fc.property(broken, (saved) => {
      const { state } = restoreRules(rules, saved, noon, 0 as MonotonicMs);
      const due = nextDueMs(state);
      expect(due === undefined || due === 0).toBe(true);
      for (const alarm of alarmsOf(state)) expect(['hot', 'press']).toContain(alarm.rule);
    }),
  );
  expect(restoreRules(rules, { ...good, version: 2 }, noon, 0 as MonotonicMs).damage).toContain('version');
  expect(restoreRules(rules, good, noon, 0 as MonotonicMs)).not.toHaveProperty('damage');
});
