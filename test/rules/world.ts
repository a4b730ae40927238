import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import type { RuleSensor } from '../../src/rules/check.ts';
import { compileRules, type RuleProblem, type Rules } from '../../src/rules/compile.ts';
import { RuleOptions } from '../../src/rules/rule.ts';
import { beginRules, type RulesInput, type RulesIntent, type RulesState } from '../../src/rules/state.ts';
import { nextDueMs, step } from '../../src/rules/step.ts';

/** What the conditions of these tests speak of. */
export const sensors: readonly RuleSensor[] = [
  { sensor: 'machine.temperature', unit: '°C', type: 'number', range: [-20, 150] },
  { sensor: 'room.temperature', unit: '°C', type: 'number' },
  { sensor: 'humidity', unit: '%', type: 'number', range: [0, 100] },
  { sensor: 'wind', unit: 'm/s', type: 'number' },
  { sensor: 'count', unit: '', type: 'number' },
  { sensor: 'bell', unit: '', type: 'boolean' },
  { sensor: 'door', unit: '', type: 'boolean' },
];

/** 2026-01-05, a Monday, 12:00 in UTC. */
export const noon = Date.UTC(2026, 0, 5, 12) as WallMs;

export function compiled(
  rules: Readonly<Record<string, object>>,
  of: readonly RuleSensor[] = sensors,
): Rules {
  const result = compile(rules, of);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.rules;
}

export function compile(rules: Readonly<Record<string, object>>, of: readonly RuleSensor[] = sensors) {
  const options = Object.entries(rules).map(([name, rule]) => [name, RuleOptions.parse(rule)] as const);
  return compileRules(Object.fromEntries(options), of, 'UTC');
}

/** The only mistake in a condition. */
export function problemOf(when: string): RuleProblem {
  const result = compile({ rule: { when } });
  if (!('problems' in result) || !result.problems[0]) throw new Error(`nothing is wrong with: ${when}`);
  return result.problems[0];
}

/** Rules with a clock turned by hand, which begins at 0. */
export class World {
  state: RulesState;
  now = 0;
  readonly intents: RulesIntent[] = [];

  constructor(rules: Readonly<Record<string, object>>, wall: WallMs = noon) {
    this.state = beginRules(compiled(rules), wall, 0 as MonotonicMs);
  }

  /** Gives an input now; returns what came of it. */
  input(input: RulesInput): readonly RulesIntent[] {
    const { state, intents } = step(this.state, input, this.now as MonotonicMs);
    this.state = state;
    this.intents.push(...intents);
    return intents;
  }

  read(sensor: string, value: number): readonly RulesIntent[] {
    return this.input({ type: 'reading', sensor, value });
  }

  fault(sensor: string): readonly RulesIntent[] {
    return this.input({ type: 'fault', sensor, reason: 'missing', detail: 'it says nothing' });
  }

  /** Lets time pass, with a tick whenever one is wanted. */
  pass(ms: number): readonly RulesIntent[] {
    const end = this.now + ms;
    const from = this.intents.length;
    for (let due = nextDueMs(this.state); due !== undefined && due <= end; due = nextDueMs(this.state)) {
      this.now = Math.max(this.now, due);
      this.input({ type: 'tick' });
    }
    this.now = end;
    return this.intents.slice(from);
  }
}

/** What happened to alarms, without what repeats it: `raise`, `clear`, `run escalate siren`. */
export function told(intents: readonly RulesIntent[]): readonly string[] {
  return intents.flatMap((intent) => {
    if (intent.type === 'changed') return [];
    if (intent.type === 'run') return [`run ${intent.on} ${intent.actions.join(' ')}`];
    return [intent.type === 'clear' && intent.because !== 'over' ? `clear ${intent.because}` : intent.type];
  });
}
