import type { MonotonicMs } from '../clock.ts';
import type { Rule } from './compile.ts';
import type { Moment } from './evaluate.ts';
import { type Facts, judge, type Verdict } from './judge.ts';
import type { SensorNow } from './sensor-now.ts';
import { type Alarm, type RuleNow, type RulesIntent, type RulesState, sensorName, wallOf } from './state.ts';
import { earliestDueMs, earliestIndex, itemAt, type WakeTree, withItem } from './wake-tree.ts';
import { type Window, withValue } from './window.ts';

/**
 * Where time went on unseen for longer (a stopped process), what changes by time alone is not looked at in each step of
 * it.
 */
const maxCatchUpMs = 600_000;

/** A state while a step makes the next one of it. Nothing of the one it began with is changed. */
export class Draft implements Moment {
  readonly #before: RulesState;
  readonly #intents: RulesIntent[] = [];
  #now: number;
  #endMs: number;
  #sensors: WakeTree<SensorNow>;
  #windows: WakeTree<Window>;
  #alarms: WakeTree<RuleNow>;
  #wall: Pick<RulesState, 'wall' | 'wallAt'>;
  #occasion: number;
  /** Of the rule that is looked at. */
  #holds: readonly number[] = [];
  #wakeMs = 0;

  constructor(before: RulesState) {
    this.#before = before;
    this.#now = before.now;
    this.#endMs = before.now;
    this.#sensors = before.sensors;
    this.#windows = before.windows;
    this.#alarms = before.alarms;
    this.#wall = before;
    this.#occasion = before.occasion;
  }

  result(): { readonly state: RulesState; readonly intents: readonly RulesIntent[] } {
    const state: RulesState = {
      rules: this.#before.rules,
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

  /** Goes on to `endMs`. What is due until then is looked at, each at its own moment. */
  advance(endMs: number): void {
    this.#endMs = endMs;
    for (let dueMs = earliestDueMs(this.#alarms); dueMs <= endMs; dueMs = earliestDueMs(this.#alarms)) {
      this.#now = Math.max(this.#now, dueMs);
      this.look(earliestIndex(this.#alarms));
    }
    this.#now = endMs;
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
    if (!Object.is(this.#holds[slot], since)) this.#holds = this.#holds.with(slot, since);
  }

  wake(atMs: number): void {
    if (atMs < this.#wakeMs) this.#wakeMs = atMs;
  }

  wakeInSteps(stepMs: number): void {
    const next = (Math.floor(this.#now / stepMs) + 1) * stepMs;
    // A thirtieth of 10 s is no round number: counted back, a moment may lie in the step before it, and would be next
    // again and again.
    const later = next > this.#now ? next : next + stepMs;
    this.wake(Math.max(later, this.#endMs - maxCatchUpMs));
  }

  // What inputs change.

  /** Wall time now. */
  get time(): number {
    return wallOf(this.#wall, this.#now);
  }

  setWall(wall: RulesState['wall']): void {
    this.#wall = { wall, wallAt: this.#now as MonotonicMs };
  }

  /** Puts down what a sensor says, and looks at all that mentions it. */
  setSensor(index: number, sensor: SensorNow): void {
    this.#sensors = withItem(this.#sensors, index, sensor);
    const { rulesOf, windowsOf, windows } = this.#before.rules;
    for (const window of windowsOf[index] ?? []) {
      const plan = windows[window];
      if (!plan) continue;
      const value = plan.operand(this);
      this.#windows = withItem(
        this.#windows,
        window,
        withValue(this.window(window), value, this.#now, plan.ms),
      );
    }
    for (const rule of rulesOf[index] ?? []) this.look(rule);
  }

  rule(name: string): Rule | undefined {
    const index = this.#before.rules.ruleOf.get(name);
    return index === undefined ? undefined : this.#before.rules.rules[index];
  }

  ruleNow({ index }: Rule): RuleNow {
    return itemAt(this.#alarms, index);
  }

  setRule({ index }: Rule, now: RuleNow): void {
    this.#alarms = withItem(this.#alarms, index, now);
  }

  /** Judges one rule at this moment. */
  look(index: number): void {
    const rule = this.#before.rules.rules[index];
    if (!rule) return;
    const before = itemAt(this.#alarms, index);
    this.#holds = before.holds;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    let anyFault = false;
    let allWell = true;
    for (const sensor of rule.sensors) {
      const { state } = this.sensor(sensor);
      anyFault ||= state === 'fault';
      allWell &&= state === 'well';
    }
    const facts = { now: this.#now, when: rule.when(this), clear: rule.clear?.(this), anyFault, allWell };
    if (isIdle(before, facts, this.#wakeMs, this.#holds)) return;
    const { next, verdicts } = judge(rule, { ...before, holds: this.#holds }, facts, this.#wakeMs, () =>
      this.#beginAlarm(rule),
    );
    if (!isSame(before, next)) this.setRule(rule, next);
    this.tell(rule, next, verdicts);
  }

  // What comes of it.

  emit(intent: RulesIntent): void {
    this.#intents.push(intent);
  }

  /** Which alarm an intent is about. */
  about({ name }: Rule, { occasion, event }: Alarm) {
    return { rule: name, occasion, time: this.time, ...(event === undefined ? {} : { event }) };
  }

  tell(rule: Rule, { alarm }: RuleNow, verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      switch (verdict.type) {
        case 'changed':
          this.emit({ type: 'changed', rule: rule.name });
          break;
        case 'fault':
          this.#tellFault(rule, verdict.actions);
          break;
        case 'raise':
          if (alarm) this.#tellRaise(rule, alarm, verdict.actions);
          break;
        case 'escalate':
          this.#tellRun(rule, verdict.alarm, 'escalate', verdict.actions);
          break;
        case 'clear':
          this.emit({ type: 'clear', ...this.about(rule, verdict.alarm), because: verdict.because });
          this.#tellRun(rule, verdict.alarm, 'clear', verdict.actions);
          break;
      }
    }
  }

  #beginAlarm(rule: Rule): Alarm {
    const { value } = this.sensor(rule.sensors[0] ?? 0);
    return {
      occasion: this.#occasion++,
      raisedAt: this.#now,
      since: this.time,
      ...(Number.isNaN(value) ? {} : { value }),
      silenced: false,
      escalated: 0,
    };
  }

  #tellRaise(rule: Rule, alarm: Alarm, actions: readonly string[]): void {
    const { sensor = '', unit = '' } = this.#before.rules.sensors[rule.sensors[0] ?? 0] ?? {};
    const value = alarm.value === undefined ? {} : { value: alarm.value };
    this.emit({ type: 'raise', ...this.about(rule, alarm), sensor, unit, ...value });
    this.#tellRun(rule, alarm, 'raise', actions);
  }

  #tellRun(rule: Rule, alarm: Alarm, on: 'raise' | 'escalate' | 'clear', actions: readonly string[]): void {
    if (actions.length > 0) this.emit({ type: 'run', on, ...this.about(rule, alarm), actions });
  }

  #tellFault(rule: Rule, actions: readonly string[]): void {
    const faulty = rule.sensors.find((sensor) => this.sensor(sensor).state === 'fault');
    const sensor = sensorName(this.#before.rules, faulty);
    this.emit({ type: 'run', on: 'fault', rule: rule.name, sensor, time: this.time, actions });
  }
}

/** Nothing about this rule is going on, and nothing begins: most readings. */
function isIdle(
  before: RuleNow,
  { when, anyFault }: Facts,
  wakeMs: number,
  holds: readonly number[],
): boolean {
  return (
    before.phase === 'rest' &&
    when === 0 &&
    !anyFault &&
    Number.isNaN(before.trueSince) &&
    before.shelf === undefined &&
    !before.faulted &&
    before.holds === holds &&
    before.dueMs === wakeMs
  );
}

/** What was judged stands as it stood: nothing is made anew. */
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
