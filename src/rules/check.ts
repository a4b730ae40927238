import { closest, distance } from 'fastest-levenshtein';
import { durationMs } from '../protocol/duration.ts';
import type { SensorDescription } from '../protocol/reading.ts';
import { type FunctionName, functions, isFunction } from './functions.ts';
import {
  absRange,
  anything,
  arithmeticRange,
  comparisonRange,
  either,
  type Interval,
  notRange,
} from './interval.ts';
import { NotUnderstood, type Span, type Syntax } from './syntax.ts';
import { partsOf, type Term, type WindowFunction } from './term.ts';

/** What conditions know of a sensor. */
export type RuleSensor = Pick<SensorDescription, 'sensor' | 'unit' | 'type' | 'range'>;

/** What the names in a condition can mean, and where its parts that remember something get their place. */
export interface Scope {
  readonly text: string;
  readonly sensors: readonly RuleSensor[];
  /** Its number, by name. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** The number of a window; one that means the same is shared. */
  windowOf(operand: Term, ms: number): number;
  /** Where the rule remembers since when something holds. */
  nextSlot(): number;
}

/** `changed(x)` is true so long, unless it says how long. */
const changedMs = 1_000;
/** A word that differs in more than a third of its letters was not meant. */
const maxTypoRatio = 1 / 3;
/** `rate` of half a window counts double: its range is that of two windows. */
const maxExtrapolation = 2;

/** Finds out what a condition means. @throws NotUnderstood */
export function checkCondition(syntax: Syntax, scope: Scope): Term {
  const term = check(syntax, scope);
  if (term.type === 'boolean') return term;
  const what = quoted(syntax, scope);
  throw new NotUnderstood(
    syntax,
    `${what} is a ${term.type === 'time' ? 'time' : 'number'}, compare it with one: ${what} > …`,
  );
}

function check(syntax: Syntax, scope: Scope): Term {
  const { at, to } = syntax;
  switch (syntax.kind) {
    case 'number':
      return {
        kind: 'constant',
        at,
        to,
        type: 'number',
        value: syntax.value,
        range: [syntax.value, syntax.value],
        ...(syntax.unit === undefined ? {} : { unit: syntax.unit }),
      };
    case 'truth': {
      const value = syntax.value ? 1 : 0;
      return { kind: 'constant', at, to, type: 'boolean', value, range: [value, value] };
    }
    case 'name':
      return sensorTerm(syntax, scope);
    case 'not': {
      const operand = condition(syntax.operand, scope);
      return { kind: 'not', at, to, type: 'boolean', operand, range: notRange(operand.range) };
    }
    case 'and':
    case 'or': {
      const left = condition(syntax.left, scope);
      const right = condition(syntax.right, scope);
      const of = syntax.kind === 'and' ? Math.min : Math.max;
      const range = [of(left.range[0], right.range[0]), of(left.range[1], right.range[1])] as const;
      return { kind: syntax.kind, at, to, type: 'boolean', left, right, range };
    }
    case 'hold': {
      const operand = condition(syntax.operand, scope);
      const { ms } = syntax;
      return {
        kind: 'hold',
        at,
        to,
        type: 'boolean',
        operand,
        ms,
        slot: scope.nextSlot(),
        range: operand.range,
      };
    }
    case 'negative': {
      const operand = quantity(syntax.operand, scope);
      const range = [-operand.range[1], -operand.range[0]] as const;
      return { kind: 'negative', at, to, type: 'number', operand, range, ...unitOf(operand) };
    }
    case 'arithmetic':
      return arithmetic(syntax, scope);
    case 'compare':
      return comparison(syntax, scope);
    case 'call':
      return call(syntax, scope);
  }
}

function condition(syntax: Syntax, scope: Scope): Term {
  const term = check(syntax, scope);
  if (term.type === 'boolean') return term;
  const what = quoted(syntax, scope);
  throw new NotUnderstood(syntax, `${what} is no condition, compare it with something: ${what} > …`);
}

function quantity(syntax: Syntax, scope: Scope): Term {
  const term = check(syntax, scope);
  if (term.type === 'number') return term;
  const what = quoted(syntax, scope);
  throw new NotUnderstood(
    syntax,
    term.type === 'time'
      ? `${what} is a time, compare it with one: ${what} > 90s`
      : `${what} is true or false, no number`,
  );
}

function sensorTerm(syntax: Span & { readonly name: string }, scope: Scope): Term {
  const { at, to } = syntax;
  const index = sensorIndex(syntax, scope);
  const { unit, type, range } = scope.sensors[index] ?? { unit: '', type: 'number' };
  return {
    kind: 'sensor',
    at,
    to,
    sensor: index,
    type,
    unit,
    range: type === 'boolean' ? either : (range ?? anything),
  };
}

function sensorIndex({ name, at, to }: Span & { readonly name: string }, scope: Scope): number {
  const index = scope.indexOf.get(name);
  if (index !== undefined) return index;
  if (isFunction(name))
    throw new NotUnderstood({ at, to }, `found the function "${name}" alone, write: ${functions[name]}`);
  const known = [...scope.indexOf.keys()];
  if (known.length === 0) throw new NotUnderstood({ at, to }, `there is no sensor "${name}", and no other`);
  throw new NotUnderstood(
    { at, to },
    `there is no sensor "${name}", there are: ${shortList(known)}`,
    nearest(name, known),
  );
}

function arithmetic(syntax: Extract<Syntax, { kind: 'arithmetic' }>, scope: Scope): Term {
  const { at, to, op } = syntax;
  const left = quantity(syntax.left, scope);
  const right = quantity(syntax.right, scope);
  const range = arithmeticRange(op, left.range, right.range);
  const term = { kind: 'arithmetic', at, to, type: 'number', op, left, right, range } as const;
  if (op === '+' || op === '-') return { ...term, ...commonUnit(left, right, scope) };
  // Of a quantity and a plain number, the unit is the quantity's. Two quantities make a third, which has no name.
  if (left.unit !== undefined && right.unit !== undefined) return term;
  return op === '/' && right.unit !== undefined ? term : { ...term, ...unitOf(left), ...unitOf(right) };
}

function comparison(syntax: Extract<Syntax, { kind: 'compare' }>, scope: Scope): Term {
  const { at, to, op } = syntax;
  let left = check(syntax.left, scope);
  let right = check(syntax.right, scope);
  if (left.type === 'time') right = asTime(right, left, scope);
  else if (right.type === 'time') left = asTime(left, right, scope);
  if (left.type !== right.type) {
    const [flag, flagSyntax] = left.type === 'boolean' ? [left, syntax.left] : [right, syntax.right];
    const what = quoted(flagSyntax, scope);
    throw new NotUnderstood(flag, `${what} is true or false, write just: ${what}, or: not ${what}`);
  }
  if (left.type === 'number') commonUnit(left, right, scope);
  else if (left.type === 'boolean' && op !== '==' && op !== '!=') {
    throw new NotUnderstood(
      syntax,
      `what is true or false can be compared only with == and !=, not with ${op}`,
    );
  }
  return {
    kind: 'compare',
    at,
    to,
    type: 'boolean',
    op,
    left,
    right,
    range: comparisonRange(op, left.range, right.range),
  };
}

/** A constant as the time it says; for what is compared with a time. */
function asTime(term: Term, age: Term, scope: Scope): Term {
  if (term.type === 'time') return term;
  const ms = durationOf(term, scope);
  if (ms === undefined) {
    throw new NotUnderstood(term, `${quoted(age, scope)} is a time, compare it with one: 30s, 5m, 2h`);
  }
  return { kind: 'constant', at: term.at, to: term.to, type: 'time', value: ms, range: [ms, ms] };
}

function call(syntax: Extract<Syntax, { kind: 'call' }>, scope: Scope): Term {
  const { name, args, at, to, nameTo } = syntax;
  if (!isFunction(name)) {
    const known = Object.keys(functions);
    throw new NotUnderstood(
      { at, to: nameTo },
      `there is no function "${name}", there are: ${known.join(', ')}`,
      nearest(name, known),
    );
  }
  const [first, second] = args;
  const wrong = () => new NotUnderstood(syntax, `${name} is written: ${functions[name]}`);
  if (first === undefined || args.length > 2) throw wrong();
  switch (name) {
    case 'abs': {
      if (second !== undefined) throw wrong();
      const operand = quantity(first, scope);
      return {
        kind: 'abs',
        at,
        to,
        type: 'number',
        operand,
        range: absRange(operand.range),
        ...unitOf(operand),
      };
    }
    case 'fault':
    case 'age': {
      if (second !== undefined) throw wrong();
      const sensor = sensorArgument(first, name, scope);
      if (name === 'fault') return { kind: 'fault', at, to, type: 'boolean', sensor, range: either };
      return { kind: 'age', at, to, type: 'time', sensor, range: [0, Number.POSITIVE_INFINITY] };
    }
    case 'changed': {
      const sensor = sensorArgument(first, name, scope);
      const ms = second === undefined ? changedMs : lengthOf(second, scope);
      if (ms === undefined) throw wrong();
      return { kind: 'changed', at, to, type: 'boolean', sensor, ms, range: either };
    }
    case 'min':
    case 'max': {
      if (second === undefined) throw wrong();
      const ms = lengthOf(second, scope);
      return ms === undefined
        ? ofTwo(name, syntax, first, second, scope)
        : windowed(name, syntax, first, ms, scope);
    }
    case 'rate':
    case 'mean': {
      const ms = second && lengthOf(second, scope);
      if (ms === undefined) throw wrong();
      return windowed(name, syntax, first, ms, scope);
    }
  }
}

function ofTwo(name: 'min' | 'max', { at, to }: Span, first: Syntax, second: Syntax, scope: Scope): Term {
  const left = quantity(first, scope);
  const right = quantity(second, scope);
  const range = [
    Math[name](left.range[0], right.range[0]),
    Math[name](left.range[1], right.range[1]),
  ] as const;
  const kind = name === 'max' ? 'larger' : 'smaller';
  return { kind, at, to, type: 'number', left, right, range, ...commonUnit(left, right, scope) };
}

function windowed(fn: WindowFunction, { at, to }: Span, first: Syntax, ms: number, scope: Scope): Term {
  const operand = check(first, scope);
  const timed = findTimed(operand);
  if (operand.type === 'time' || timed) {
    throw new NotUnderstood(
      timed ?? first,
      `${fn} takes sensors and what is computed of them, nothing that changes by time alone`,
    );
  }
  if (ms <= 0)
    throw new NotUnderstood({ at, to }, `${fn} looks back over a time that is longer than nothing`);
  const window = scope.windowOf(operand, ms);
  return {
    kind: 'window',
    at,
    to,
    type: 'number',
    fn,
    operand,
    ms,
    window,
    range: windowRange(fn, operand.range),
    ...unitOf(operand),
  };
}

function windowRange(fn: WindowFunction, range: Interval): Interval {
  if (fn !== 'rate') return range;
  const most = (range[1] - range[0]) * maxExtrapolation;
  return [-most, most];
}

function findTimed(term: Term): Term | undefined {
  if (term.kind === 'window' || term.kind === 'hold' || term.kind === 'age' || term.kind === 'changed')
    return term;
  for (const part of partsOf(term)) {
    const found = findTimed(part);
    if (found) return found;
  }
  return undefined;
}

function sensorArgument(syntax: Syntax, name: FunctionName, scope: Scope): number {
  if (syntax.kind === 'name') return sensorIndex(syntax, scope);
  throw new NotUnderstood(syntax, `${name} takes the name of a sensor, nothing computed`);
}

/** The second argument of a function that looks back. */
function lengthOf(syntax: Syntax, scope: Scope): number | undefined {
  return syntax.kind === 'number' ? durationOf(syntax, scope) : undefined;
}

function durationOf({ at, to }: Span, scope: Scope): number | undefined {
  return durationMs(scope.text.slice(at, to));
}

/** What two quantities are both measured in. @throws NotUnderstood where that is not the same */
function commonUnit(left: Term, right: Term, scope: Scope): { readonly unit?: string } {
  if (left.unit === undefined || right.unit === undefined || left.unit === right.unit)
    return { ...unitOf(right), ...unitOf(left) };
  // The number that somebody wrote is the likelier mistake.
  const [wrong, other] = left.kind === 'constant' ? [left, right] : [right, left];
  const hint =
    wrong.kind === 'constant' ? { hint: `${wrong.value}${other.unit === '' ? '' : ` ${other.unit}`}` } : {};
  throw new NotUnderstood(
    wrong,
    `${quoted(wrong, scope)} is ${named(wrong.unit)}, but ${quoted(other, scope)} is ${named(other.unit)}`,
    hint.hint,
  );
}

const named = (unit: string | undefined) => (unit ? `in ${unit}` : 'without a unit');

function unitOf({ unit }: Term): { readonly unit?: string } {
  return unit === undefined ? {} : { unit };
}

function quoted({ at, to }: Span, scope: Scope): string {
  return scope.text.slice(at, to);
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const found = closest(word.toLowerCase(), [...known]);
  const mistakes = distance(word.toLowerCase(), found);
  return mistakes <= Math.max(2, found.length * maxTypoRatio) && mistakes < found.length ? found : undefined;
}

/** A list of hundreds helps nobody. */
const maxListed = 12;

function shortList(names: readonly string[]): string {
  const more = names.length - maxListed;
  return more > 0 ? `${names.slice(0, maxListed).join(', ')} and ${more} more` : names.join(', ');
}
