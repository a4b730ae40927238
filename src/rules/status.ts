import type { AlarmStatus } from '../protocol/alarm.ts';
import type { Rule } from './compile.ts';
import { type RuleNow, type RulesState, wallOf } from './state.ts';
import { itemAt } from './wake-tree.ts';

/** How every rule stands that is not as it should be, in the order of the profile. */
export function alarmsOf(state: RulesState): readonly AlarmStatus[] {
  return state.rules.rules.flatMap((rule) => statusOf(state, rule) ?? []);
}

/** How one rule stands; undefined where it is as it should be, or there is none of this name. */
export function alarmOf(state: RulesState, name: string): AlarmStatus | undefined {
  const index = state.rules.ruleOf.get(name);
  const rule = index === undefined ? undefined : state.rules.rules[index];
  return rule && statusOf(state, rule);
}

function statusOf(state: RulesState, rule: Rule): AlarmStatus | undefined {
  const { phase, alarm, shelf }: RuleNow = itemAt(state.alarms, rule.index);
  const { severity, feed } = rule.options;
  const sensor = state.rules.sensors[rule.sensors[0] ?? 0];
  const about = {
    rule: rule.name,
    title: rule.title,
    severity,
    ...(feed === undefined ? {} : { feed }),
    ...(sensor && { sensor: sensor.sensor, ...(sensor.unit === '' ? {} : { unit: sensor.unit }) }),
  };
  if (shelf) {
    return {
      ...about,
      state: 'shelved',
      since: shelf.since,
      silenced: false,
      shelvedUntil: wallOf(state, shelf.until),
      shelvedBecause: shelf.reason,
    };
  }
  if (!alarm || phase === 'rest') return undefined;
  return {
    ...about,
    state: phase,
    since: alarm.since,
    silenced: alarm.silenced,
    ...(alarm.event === undefined ? {} : { event: alarm.event }),
    ...(alarm.value === undefined ? {} : { value: alarm.value }),
    ...(alarm.acknowledgedBy === undefined ? {} : { acknowledgedBy: alarm.acknowledgedBy }),
  };
}
