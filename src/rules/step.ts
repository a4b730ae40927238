import type { MonotonicMs } from '../clock.ts';
import type { Rule } from './compile.ts';
import { Draft } from './draft.ts';
import { endAlarm } from './judge.ts';
import { isWithin } from './schedule.ts';
import type { Alarm, ClearReason, RuleNow, RulesInput, RulesIntent, RulesState } from './state.ts';
import { earliestDueMs } from './wake-tree.ts';

export interface RulesStep {
  readonly state: RulesState;
  /** In the order in which things happened. */
  readonly intents: readonly RulesIntent[];
}

type Of<Type extends RulesInput['type']> = Extract<RulesInput, { type: Type }>;

/**
 * What rules do about an input. Pure: the same state, input and moment give the same.
 *
 * What was due before `now` is done first, as of the moment when it was due: how late or how often it is called changes
 * nothing. Only the rules that mention the input's sensor are looked at. An input about a sensor or a rule that there is
 * not, or that changes nothing, has no intents.
 *
 * @param now earlier than the state's is taken for the state's: a monotonic clock does not go back
 */
export function step(state: RulesState, input: RulesInput, now: MonotonicMs): RulesStep {
  const draft = new Draft(state);
  draft.advance(Math.max(now, state.now));
  take(draft, input, state);
  return draft.result();
}

/** When {@link step} wants its next input at the latest, be it a tick; undefined where nothing is due by time alone. */
export function nextDueMs(state: RulesState): MonotonicMs | undefined {
  const dueMs = earliestDueMs(state.alarms);
  return Number.isFinite(dueMs) ? (dueMs as MonotonicMs) : undefined;
}

function take(draft: Draft, input: RulesInput, { rules }: RulesState): void {
  switch (input.type) {
    case 'reading':
    case 'fault':
    case 'well': {
      const index = rules.sensorOf.get(input.sensor);
      if (index === undefined) return;
      if (input.type === 'reading') takeReading(draft, index, input);
      else if (input.type === 'fault') takeFault(draft, index, input);
      else takeWell(draft, index, input);
      return;
    }
    case 'wall':
      draft.setWall(input.wall);
      for (const index of rules.scheduled) takeHours(draft, rules.rules[index], input);
      return;
    case 'recorded':
    case 'acknowledge':
    case 'silence': {
      const rule = draft.rule(input.rule);
      const now = rule && draft.ruleNow(rule);
      if (rule && now?.alarm) takeAlarm(draft, rule, now, now.alarm, input);
      return;
    }
    case 'shelve':
      takeShelf(draft, draft.rule(input.rule), input);
      return;
    case 'tick':
      return;
  }
}

function takeReading(draft: Draft, index: number, { sensor, value }: Of<'reading'>): void {
  const before = draft.sensor(index);
  const isChange = !Number.isNaN(before.value) && before.value !== value;
  if (before.state === 'fault') draft.emit({ type: 'well', sensor, time: draft.time });
  const changedAt = isChange ? draft.now : before.changedAt;
  draft.setSensor(index, { state: 'well', value, at: draft.now, changedAt });
}

function takeFault(draft: Draft, index: number, { sensor, reason, detail }: Of<'fault'>): void {
  const before = draft.sensor(index);
  if (before.state === 'fault') return;
  draft.emit({ type: 'fault', sensor, reason, detail, time: draft.time });
  draft.setSensor(index, { ...before, state: 'fault' });
}

function takeWell(draft: Draft, index: number, { sensor }: Of<'well'>): void {
  const before = draft.sensor(index);
  if (before.state !== 'fault') return;
  draft.emit({ type: 'well', sensor, time: draft.time });
  // What it said before the fault may be old: nothing is known until it speaks.
  draft.setSensor(index, { ...before, state: 'waiting' });
}

function takeHours(draft: Draft, rule: Rule | undefined, { wall }: Of<'wall'>): void {
  if (!rule?.schedule) return;
  const before = draft.ruleNow(rule);
  const counts = isWithin(rule.schedule, wall);
  if (counts === before.counts) return;
  draft.setRule(rule, { ...before, counts });
  draft.look(rule.index);
}

function takeAlarm(
  draft: Draft,
  rule: Rule,
  now: RuleNow,
  alarm: Alarm,
  input: Of<'recorded' | 'acknowledge' | 'silence'>,
): void {
  if (input.type === 'recorded') {
    if (alarm.occasion !== input.occasion || alarm.event === input.event) return;
    draft.setRule(rule, { ...now, alarm: { ...alarm, event: input.event } });
  } else if (input.type === 'silence') {
    if (alarm.silenced) return;
    draft.setRule(rule, { ...now, alarm: { ...alarm, silenced: true } });
    draft.emit({ type: 'silenced', ...draft.about(rule, alarm) });
  } else {
    if (alarm.acknowledgedBy !== undefined) return;
    const acknowledged = { ...now, alarm: { ...alarm, acknowledgedBy: input.by } };
    draft.emit({ type: 'acknowledged', ...draft.about(rule, alarm), by: input.by });
    if (now.phase === 'latched') end(draft, rule, acknowledged, 'over');
    else draft.setRule(rule, acknowledged);
  }
  draft.emit({ type: 'changed', rule: rule.name });
  draft.look(rule.index);
}

function takeShelf(draft: Draft, rule: Rule | undefined, { ms, reason }: Of<'shelve'>): void {
  if (!rule) return;
  const now = draft.ruleNow(rule);
  if (ms > 0) {
    const shelf = { since: draft.time, until: draft.now + ms, lengthMs: ms, reason };
    end(draft, rule, { ...now, shelf }, 'shelved');
  } else {
    if (!now.shelf) return;
    const { shelf: _, ...rest } = now;
    draft.setRule(rule, rest);
  }
  draft.emit({ type: 'changed', rule: rule.name });
  draft.look(rule.index);
}

function end(draft: Draft, rule: Rule, before: RuleNow, because: ClearReason): void {
  const { next, verdicts } = endAlarm(rule, before, draft.now, because);
  draft.setRule(rule, next);
  draft.tell(rule, next, verdicts);
}
