import type { MonotonicMs } from '../clock.ts';
import type { FaultReason } from '../protocol/reading.ts';
import type { Rule } from './compile.ts';
import type { Moment } from './evaluate.ts';
import { endAlarm, judge, type Verdict } from './judge.ts';
import { isWithin } from './schedule.ts';
import {
  type Alarm,
  type RuleNow,
  type RulesInput,
  type RulesIntent,
  type RulesState,
  type SensorNow,
  wallOf,
} from './state.ts';
import { earliestDueMs, earliestIndex, itemAt, type WakeTree, withItem } from './wake-tree.ts';
import { type Window, withValue } from './window.ts';

export interface RulesStep {
  readonly state: RulesState;
  /** In the order in which things happened. */
  readonly intents: readonly RulesIntent[];
}

/** Where time went on unseen for longer (a stopped process), what changes by time alone is not looked at in each step of it. */
const maxCatchUpMs = 600_000;

/**
 * What rules do about an input. Pure: the same state, input and moment give the same.
 *
 * What was due before `now` is done first, as of the moment when it was due: how late or how often it is called changes
 * nothing. Only the rules that mention the input's sensor are looked at.
 *
 * @param now earlier than the state's is taken for the state's: a monotonic clock does not go back
 */
export function step(state: RulesState, input: RulesInput, now: MonotonicMs): RulesStep {
  const run = new Run(state, Math.max(now, state.now));
  run.catchUp();
  run.take(input);
  return run.result();
}

/** When {@link step} wants its next input at the latest, be it a tick; undefined where nothing is due by time alone. */
export function nextDueMs(state: RulesState): MonotonicMs | undefined {
  const dueMs = earliestDueMs(state.alarms);
  return Number.isFinite(dueMs) ? (dueMs as MonotonicMs) : undefined;
}

/** One step, while it runs. */
class Run implements Moment {
  readonly #before: RulesState;
  readonly #end: number;
  #now: number;
  #sensors: WakeTree<SensorNow>;
  #windows: WakeTree<Window>;
  #alarms: WakeTree<RuleNow>;
  #wall: Pick<RulesState, 'wall' | 'wallAt'>;
  #occasion: number;
  readonly #intents: RulesIntent[] = [];
  /** Of the rule that is looked at. */
  #holds: readonly number[] = [];
  #wakeMs = 0;

  constructor(before: RulesState, end: number) {
    this.#before = before;
    this.#end = end;
    this.#now = before.now;
    this.#sensors = before.sensors;
    this.#windows = before.windows;
    this.#alarms = before.alarms;
    this.#wall = before;
    this.#occasion = before.occasion;
  }

  /** Does what was due until now, each at its own moment. */
  catchUp(): void {
    for (let dueMs = earliestDueMs(this.#alarms); dueMs <= this.#end; dueMs = earliestDueMs(this.#alarms)) {
      this.#now = Math.max(this.#now, dueMs);
      this.#look(earliestIndex(this.#alarms));
    }
    this.#now = this.#end;
  }

  take(input: RulesInput): void {
    switch (input.type) {
      case 'reading':
        this.#onSensor(input.sensor, (index) => this.#reading(index, input.sensor, input.value));
        break;
      case 'fault':
        this.#onSensor(input.sensor, (index) => this.#fault(index, input.sensor, input.reason, input.detail));
        break;
      case 'well':
        this.#onSensor(input.sensor, (index) => this.#well(index, input.sensor));
        break;
      case 'wall':
        this.#wall = { wall: input.wall, wallAt: this.#now as MonotonicMs };
        for (const index of this.#before.rules.scheduled) this.#hours(index);
        break;
      case 'recorded':
        this.#onAlarm(input.rule, (rule, now, alarm) => {
          if (alarm.occasion !== input.occasion) return;
          this.#set(rule, { ...now, alarm: { ...alarm, event: input.event } });
          this.#changed(rule);
        });
        break;
      case 'acknowledge':
        this.#onAlarm(input.rule, (rule, now, alarm) => this.#acknowledge(rule, now, alarm, input.by));
        break;
      case 'silence':
        this.#onAlarm(input.rule, (rule, now, alarm) => {
          if (alarm.silenced) return;
          this.#set(rule, { ...now, alarm: { ...alarm, silenced: true } });
          this.#intents.push({ type: 'silenced', ...this.#about(rule, alarm) });
          this.#changed(rule);
        });
        break;
      case 'shelve':
        this.#shelve(input.rule, input.ms, input.reason);
        break;
      case 'tick':
        break;
    }
  }

  result(): RulesStep {
    const state: RulesState = {
      ...this.#before,
      sensors: this.#sensors,
      windows: this.#windows,
      alarms: this.#alarms,
      now: this.#now as MonotonicMs,
      wall: this.#wall.wall,
      wallAt: this.#wall.wallAt,
      occasion: this.#occasion,
    };
    return { state, intents: this.#intents };
  }

  // What conditions see.

  get now(): number {
    return this.#now;
  }

  sensor(index: number): SensorNow {
    return itemAt(this.#sensors, index);
  }

  window(index: number): Window {
    return itemAt(this.#windows, index);
  }

  heldSince(slot: number): number {
    return this.#holds[slot] ?? Number.NaN;
  }

  holdSince(slot: number, since: number): void {
    if (Object.is(this.#holds[slot], since)) return;
    this.#holds = this.#holds.with(slot, since);
  }

  wake(atMs: number): void {
    this.#wakeMs = Math.min(this.#wakeMs, atMs);
  }

  wakeInSteps(stepMs: number): void {
    const next = (Math.floor(this.#now / stepMs) + 1) * stepMs;
    this.wake(Math.max(next, this.#end - maxCatchUpMs));
  }

  // Sensors.

  #onSensor(name: string, then: (index: number) => void): void {
    const index = this.#before.rules.sensorOf.get(name);
    if (index !== undefined) then(index);
  }

  #reading(index: number, sensor: string, value: number): void {
    const before = this.sensor(index);
    const isChange = !Number.isNaN(before.value) && before.value !== value;
    this.#sensors = withItem(this.#sensors, index, {
      state: 'well',
      value,
      at: this.#now,
      changedAt: isChange ? this.#now : before.changedAt,
    });
    if (before.state === 'fault') this.#intents.push({ type: 'well', sensor, time: this.#time() });
    this.#lookAtAllOf(index);
  }

  #fault(index: number, sensor: string, reason: FaultReason, detail: string): void {
    const before = this.sensor(index);
    if (before.state === 'fault') return;
    this.#sensors = withItem(this.#sensors, index, { ...before, state: 'fault' });
    this.#intents.push({ type: 'fault', sensor, reason, detail, time: this.#time() });
    this.#lookAtAllOf(index);
  }

  #well(index: number, sensor: string): void {
    const before = this.sensor(index);
    if (before.state !== 'fault') return;
    // What it said before the fault may be old: nothing is known until it speaks.
    this.#sensors = withItem(this.#sensors, index, { ...before, state: 'waiting' });
    this.#intents.push({ type: 'well', sensor, time: this.#time() });
    this.#lookAtAllOf(index);
  }

  #lookAtAllOf(sensor: number): void {
    const { rulesOf, windowsOf, windows } = this.#before.rules;
    for (const index of windowsOf[sensor] ?? []) {
      const plan = windows[index];
      if (plan)
        this.#windows = withItem(
          this.#windows,
          index,
          withValue(this.window(index), plan.operand(this), this.#now, plan.ms),
        );
    }
    for (const index of rulesOf[sensor] ?? []) this.#look(index);
  }

  // Rules.

  #look(index: number): void {
    const rule = this.#before.rules.rules[index];
    if (!rule) return;
    const before = itemAt(this.#alarms, index);
    this.#holds = before.holds;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    const states = rule.sensors.map((sensor) => this.sensor(sensor).state);
    const facts = {
      now: this.#now,
      when: rule.when(this),
      clear: rule.clear?.(this),
      anyFault: states.includes('fault'),
      allWell: states.every((state) => state === 'well'),
    };
    const { next, verdicts } = judge(rule, before, facts, this.#wakeMs, () => this.#beginAlarm(rule));
    const held = this.#holds === before.holds ? next : { ...next, holds: this.#holds };
    if (!isSame(before, held)) this.#set(rule, held);
    this.#tell(rule, held, verdicts);
  }

  #beginAlarm(rule: Rule): Alarm {
    const { value } = this.sensor(rule.sensors[0] ?? 0);
    return {
      occasion: this.#occasion++,
      raisedAt: this.#now,
      since: this.#time(),
      ...(Number.isNaN(value) ? {} : { value }),
      silenced: false,
      escalated: 0,
    };
  }

  #tell(rule: Rule, { alarm }: RuleNow, verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      switch (verdict.type) {
        case 'changed':
          this.#changed(rule);
          break;
        case 'fault': {
          const index = rule.sensors.find((sensor) => this.sensor(sensor).state === 'fault');
          const sensor = this.#before.rules.sensors[index ?? 0]?.sensor ?? '';
          this.#intents.push({
            type: 'run',
            on: 'fault',
            rule: rule.name,
            sensor,
            time: this.#time(),
            actions: verdict.actions,
          });
          break;
        }
        case 'raise':
          if (alarm) this.#tellRaise(rule, alarm, verdict.actions);
          break;
        case 'escalate':
          this.#runActions(rule, verdict.alarm, 'escalate', verdict.actions);
          break;
        case 'clear':
          this.#intents.push({
            type: 'clear',
            ...this.#about(rule, verdict.alarm),
            because: verdict.because,
          });
          this.#runActions(rule, verdict.alarm, 'clear', verdict.actions);
          break;
      }
    }
  }

  #tellRaise(rule: Rule, alarm: Alarm, actions: readonly string[]): void {
    const { sensor, unit } = this.#before.rules.sensors[rule.sensors[0] ?? 0] ?? { sensor: '', unit: '' };
    const { value } = alarm;
    this.#intents.push({
      type: 'raise',
      ...this.#about(rule, alarm),
      sensor,
      unit,
      ...(value === undefined ? {} : { value }),
    });
    this.#runActions(rule, alarm, 'raise', actions);
  }

  #runActions(
    rule: Rule,
    alarm: Alarm,
    on: 'raise' | 'escalate' | 'clear',
    actions: readonly string[],
  ): void {
    if (actions.length > 0) this.#intents.push({ type: 'run', on, ...this.#about(rule, alarm), actions });
  }

  #hours(index: number): void {
    const rule = this.#before.rules.rules[index];
    if (!rule?.schedule) return;
    const before = itemAt(this.#alarms, index);
    const counts = isWithin(rule.schedule, this.#wall.wall);
    if (counts === before.counts) return;
    this.#set(rule, { ...before, counts });
    this.#look(index);
  }

  #acknowledge(rule: Rule, now: RuleNow, alarm: Alarm, by: string): void {
    if (alarm.acknowledgedBy !== undefined) return;
    const acknowledged = { ...now, alarm: { ...alarm, acknowledgedBy: by } };
    this.#intents.push({ type: 'acknowledged', ...this.#about(rule, alarm), by });
    this.#set(rule, acknowledged);
    if (now.phase === 'latched') this.#over(rule, acknowledged, 'over');
    this.#changed(rule);
    this.#look(rule.index);
  }

  #shelve(name: string, ms: number, reason: string): void {
    const rule = this.#rule(name);
    if (!rule) return;
    const now = itemAt(this.#alarms, rule.index);
    if (!(ms > 0)) {
      if (!now.shelf) return;
      const { shelf: _, ...rest } = now;
      this.#set(rule, rest);
    } else {
      const shelf = { since: this.#time(), until: this.#now + ms, lengthMs: ms, reason };
      this.#over(rule, { ...now, shelf }, 'shelved');
    }
    this.#changed(rule);
    this.#look(rule.index);
  }

  #over(rule: Rule, before: RuleNow, because: 'over' | 'shelved'): void {
    const { next, verdicts } = endAlarm(rule, before, this.#now, because);
    this.#set(rule, next);
    this.#tell(rule, next, verdicts);
  }

  #onAlarm(name: string, then: (rule: Rule, now: RuleNow, alarm: Alarm) => void): void {
    const rule = this.#rule(name);
    if (!rule) return;
    const now = itemAt(this.#alarms, rule.index);
    if (now.alarm) then(rule, now, now.alarm);
  }

  #rule(name: string): Rule | undefined {
    const index = this.#before.rules.ruleOf.get(name);
    return index === undefined ? undefined : this.#before.rules.rules[index];
  }

  #set(rule: Rule, now: RuleNow): void {
    this.#alarms = withItem(this.#alarms, rule.index, now);
  }

  #changed({ name }: Rule): void {
    this.#intents.push({ type: 'changed', rule: name });
  }

  #about({ name }: Rule, { occasion, event }: Alarm) {
    return { rule: name, occasion, time: this.#time(), ...(event === undefined ? {} : { event }) };
  }

  #time(): number {
    return wallOf(this.#wall, this.#now);
  }
}

/** Most readings change nothing about a rule, and then nothing is made anew. */
function isSame(one: RuleNow, other: RuleNow): boolean {
  return (
    one.phase === other.phase &&
    Object.is(one.trueSince, other.trueSince) &&
    one.holds === other.holds &&
    one.quietUntil === other.quietUntil &&
    one.alarm === other.alarm &&
    one.shelf === other.shelf &&
    one.faulted === other.faulted &&
    one.counts === other.counts &&
    one.dueMs === other.dueMs
  );
}
