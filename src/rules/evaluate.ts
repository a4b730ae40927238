import type { SensorNow } from './sensor-now.ts';
import type { Arithmetic, Comparison } from './syntax.ts';
import type { Term } from './term.ts';
import { bucketMs, maxOf, meanOf, minOf, rateOf, type Window } from './window.ts';

/** What conditions are judged by, at one moment. */
export interface Moment {
  readonly now: number;
  sensor(index: number): SensorNow;
  window(index: number): Window;
  /** Since when something in a slot holds; NaN where it does not. */
  heldSince(slot: number): number;
  holdSince(slot: number, since: number): void;
  /** Asks for another look then: the outcome may change by time alone. */
  wake(atMs: number): void;
  /** The same where nobody can say when, in steps of `stepMs`. */
  wakeInSteps(stepMs: number): void;
}

/** A condition's or quantity's value. Conditions are 1 and 0. NaN is "not known": a sensor is at fault, or silent yet. */
export type Evaluate = (moment: Moment) => number;

const unknown = Number.NaN;
/** Ages are told in seconds. */
const ageStepMs = 1_000;
/** Windows of less than 8 s are looked at so often, not in their thirtieths. */
const leastWindowStepMs = 250;

/**
 * A term as functions that call each other. All parts are evaluated always, since those that hold for a while must see
 * every moment.
 */
export function evaluator(term: Term): Evaluate {
  switch (term.kind) {
    case 'constant': {
      const { value } = term;
      return () => value;
    }
    case 'sensor': {
      const { sensor: index } = term;
      return (moment) => {
        const sensor = moment.sensor(index);
        return sensor.state === 'well' ? sensor.value : unknown;
      };
    }
    case 'fault': {
      const { sensor: index } = term;
      return (moment) => (moment.sensor(index).state === 'fault' ? 1 : 0);
    }
    case 'age': {
      const { sensor: index } = term;
      return (moment) => {
        moment.wakeInSteps(ageStepMs);
        return moment.now - moment.sensor(index).at;
      };
    }
    case 'changed': {
      const { sensor: index, ms } = term;
      return (moment) => {
        const sensor = moment.sensor(index);
        if (sensor.state !== 'well') return unknown;
        const endMs = sensor.changedAt + ms;
        if (!(moment.now < endMs)) return 0;
        moment.wake(endMs);
        return 1;
      };
    }
    case 'not': {
      const operand = evaluator(term.operand);
      return (moment) => 1 - operand(moment);
    }
    case 'negative': {
      const operand = evaluator(term.operand);
      return (moment) => -operand(moment);
    }
    case 'abs': {
      const operand = evaluator(term.operand);
      return (moment) => Math.abs(operand(moment));
    }
    case 'larger':
    case 'smaller': {
      const [left, right] = [evaluator(term.left), evaluator(term.right)];
      const of = term.kind === 'larger' ? Math.max : Math.min;
      return (moment) => of(left(moment), right(moment));
    }
    case 'and':
    case 'or': {
      const [left, right] = [evaluator(term.left), evaluator(term.right)];
      const decisive = term.kind === 'and' ? 0 : 1;
      return (moment) => {
        const [one, other] = [left(moment), right(moment)];
        // One side may decide where the other is not known.
        if (one === decisive || other === decisive) return decisive;
        return one + other - (1 - decisive) === 1 - decisive ? 1 - decisive : unknown;
      };
    }
    case 'compare':
      return comparison(term.op, evaluator(term.left), evaluator(term.right));
    case 'arithmetic':
      return arithmetic(term.op, evaluator(term.left), evaluator(term.right));
    case 'hold': {
      const { slot, ms } = term;
      const operand = evaluator(term.operand);
      return (moment) => held(moment, operand(moment), slot, ms);
    }
    case 'window': {
      const { window: index, ms } = term;
      const of = { rate: rateOf, mean: meanOf, min: minOf, max: maxOf }[term.fn];
      const stepMs = Math.max(leastWindowStepMs, bucketMs(ms));
      return (moment) => {
        moment.wakeInSteps(stepMs);
        return of(moment.window(index), moment.now, ms);
      };
    }
  }
}

function held(moment: Moment, value: number, slot: number, ms: number): number {
  if (value !== 1) {
    moment.holdSince(slot, unknown);
    return value;
  }
  const before = moment.heldSince(slot);
  const since = Number.isNaN(before) ? moment.now : before;
  moment.holdSince(slot, since);
  const endMs = since + ms;
  if (moment.now >= endMs) return 1;
  moment.wake(endMs);
  return 0;
}

function comparison(op: Comparison, left: Evaluate, right: Evaluate): Evaluate {
  const holds = comparers[op];
  return (moment) => {
    const [one, other] = [left(moment), right(moment)];
    if (Number.isNaN(one) || Number.isNaN(other)) return unknown;
    return holds(one, other) ? 1 : 0;
  };
}

const comparers: Readonly<Record<Comparison, (one: number, other: number) => boolean>> = {
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
};

/** What has no number (division by zero, overflow) is not known. */
function arithmetic(op: Arithmetic, left: Evaluate, right: Evaluate): Evaluate {
  const compute = calculators[op];
  return (moment) => {
    const value = compute(left(moment), right(moment));
    return Number.isFinite(value) ? value : unknown;
  };
}

const calculators: Readonly<Record<Arithmetic, (one: number, other: number) => number>> = {
  '+': (one, other) => one + other,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
};
