import { isNever } from './certain.ts';
import { checkCondition, type RuleSensor, type Scope } from './check.ts';
import { type Evaluate, evaluator } from './evaluate.ts';
import { parseExpression } from './parse.ts';
import type { RuleOptions } from './rule.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { type ExpressionProblem, NotUnderstood } from './syntax.ts';
import { meaningOf, sensorsOf, type Term } from './term.ts';

/** A rule that can be judged. */
export interface Rule {
  readonly name: string;
  readonly index: number;
  readonly title: string;
  /** As the profile has them. */
  readonly options: RuleOptions;
  readonly when: Evaluate;
  /** Where it has a condition of its own that ends it. */
  readonly clear?: Evaluate;
  /** What `when` means; for the lines that charts draw. */
  readonly term: Term;
  /** Numbers of all sensors that it mentions, the first one first. */
  readonly sensors: readonly number[];
  /** Parts that hold for a while. */
  readonly slots: number;
  readonly schedule?: Schedule;
}

/** A quantity that is remembered for a while, for all rules that ask for it. */
export interface WindowPlan {
  readonly operand: Evaluate;
  readonly ms: number;
}

/** All rules of a device. Never changes. */
export interface Rules {
  readonly rules: readonly Rule[];
  readonly sensors: readonly RuleSensor[];
  readonly windows: readonly WindowPlan[];
  readonly ruleOf: ReadonlyMap<string, number>;
  readonly sensorOf: ReadonlyMap<string, number>;
  /** By the sensor's number: the rules that mention it, and the windows over it. Others a reading does not touch. */
  readonly rulesOf: readonly (readonly number[])[];
  readonly windowsOf: readonly (readonly number[])[];
  /** The rules that have hours. */
  readonly scheduled: readonly number[];
}

/** A mistake in one rule's condition. */
export interface RuleProblem extends ExpressionProblem {
  readonly rule: string;
  /** The key whose text `offset` and `length` point into. */
  readonly key: 'when' | 'clear';
}

export type Compiled = { readonly rules: Rules } | { readonly problems: readonly RuleProblem[] };

/**
 * Checks the conditions of all rules against the sensors there are, and makes them ready to be judged.
 *
 * @param zone the machine's time zone, for rules with hours that name none
 * @returns every mistake at once, or the rules
 */
export function compileRules(
  options: Readonly<Record<string, RuleOptions>>,
  sensors: readonly RuleSensor[],
  zone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
): Compiled {
  const compiler = new Compiler(sensors, zone);
  for (const [name, rule] of Object.entries(options)) compiler.add(name, rule);
  return compiler.result();
}

class Compiler {
  readonly #sensors: readonly RuleSensor[];
  readonly #zone: string;
  readonly #sensorOf: ReadonlyMap<string, number>;
  readonly #units: readonly string[];
  readonly #rules: Rule[] = [];
  readonly #problems: RuleProblem[] = [];
  readonly #windows: (WindowPlan & { readonly sensors: readonly number[] })[] = [];
  /** Numbers of windows, by what they mean. */
  readonly #windowOf = new Map<string, number>();

  constructor(sensors: readonly RuleSensor[], zone: string) {
    this.#sensors = sensors;
    this.#zone = zone;
    this.#sensorOf = new Map(sensors.map(({ sensor }, index) => [sensor, index]));
    this.#units = [...new Set(sensors.map(({ unit }) => unit))];
  }

  add(name: string, options: RuleOptions): void {
    let slots = 0;
    const read = (key: RuleProblem['key'], text: string) => {
      const term = this.#read(text, () => slots++);
      if (!('problem' in term)) return term;
      this.#problems.push({ rule: name, key, ...term.problem });
      return undefined;
    };
    const when = read('when', options.when);
    const clear = options.clear === undefined ? undefined : read('clear', options.clear);
    if (!when || (options.clear !== undefined && !clear)) return;
    const schedule = scheduleOf(options, this.#zone);
    this.#rules.push({
      name,
      index: this.#rules.length,
      title: options.title ?? titleOf(name),
      options: { ...options, escalate: options.escalate.toSorted((a, b) => a.after - b.after) },
      when: evaluator(when),
      ...(clear && { clear: evaluator(clear) }),
      term: when,
      sensors: [...new Set([...sensorsOf(when), ...(clear ? sensorsOf(clear) : [])])],
      slots,
      ...(schedule && { schedule }),
    });
  }

  result(): Compiled {
    if (this.#problems.length > 0) return { problems: this.#problems };
    const listOf = (all: readonly { readonly sensors: readonly number[] }[]) => {
      const lists: number[][] = this.#sensors.map(() => []);
      all.forEach(({ sensors }, index) => {
        for (const sensor of sensors) lists[sensor]?.push(index);
      });
      return lists;
    };
    return {
      rules: {
        rules: this.#rules,
        sensors: this.#sensors,
        windows: this.#windows,
        ruleOf: new Map(this.#rules.map(({ name, index }) => [name, index])),
        sensorOf: this.#sensorOf,
        rulesOf: listOf(this.#rules),
        windowsOf: listOf(this.#windows),
        scheduled: this.#rules.filter(({ schedule }) => schedule).map(({ index }) => index),
      },
    };
  }

  #read(text: string, nextSlot: () => number): Term | { readonly problem: ExpressionProblem } {
    const parsed = parseExpression(text, this.#units);
    if ('problem' in parsed) return parsed;
    const scope: Scope = {
      text,
      sensors: this.#sensors,
      indexOf: this.#sensorOf,
      nextSlot,
      windowOf: (operand, ms) => this.#window(operand, ms),
    };
    try {
      const term = checkCondition(parsed.syntax, scope);
      refuseCertain(term, text);
      return term;
    } catch (error) {
      if (error instanceof NotUnderstood) return { problem: error.problem };
      throw error;
    }
  }

  #window(operand: Term, ms: number): number {
    const meaning = `${ms} ${meaningOf(operand)}`;
    const known = this.#windowOf.get(meaning);
    if (known !== undefined) return known;
    const index = this.#windows.length;
    this.#windows.push({ operand: evaluator(operand), ms, sensors: sensorsOf(operand) });
    this.#windowOf.set(meaning, index);
    return index;
  }
}

/** A condition that says nothing is a mistake: it would never raise, or never end. @throws NotUnderstood */
function refuseCertain(term: Term, text: string): void {
  const whole = { at: 0, to: text.length };
  if (sensorsOf(term).length === 0)
    throw new NotUnderstood(whole, 'this names no sensor, so it never changes');
  if (isNever(term, true))
    throw new NotUnderstood(whole, 'this can never be true, by itself or by the ranges of its sensors');
  if (isNever(term, false))
    throw new NotUnderstood(whole, 'this is always true, by itself or by the ranges of its sensors');
}

/** `machine.too-hot` to `Machine too hot`. */
function titleOf(name: string): string {
  const words = name.replace(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
