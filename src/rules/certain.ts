import { isOne } from './interval.ts';
import type { Comparison } from './syntax.ts';
import { meaningOf, type Term } from './term.ts';

/** What a quantity must be for a condition to be as wanted. */
interface Bound {
  readonly of: string;
  readonly least: number;
  readonly most: number;
  /** `least` and `most` themselves will not do. */
  readonly leastOpen: boolean;
  readonly mostOpen: boolean;
}

/**
 * Whether a condition is never `wanted`, whatever the sensors say within their ranges. False where that is not certain:
 * it sees ranges, and that one quantity cannot be above 80 and below 70 at once.
 */
export function isNever(term: Term, wanted: boolean): boolean {
  if (wanted ? term.range[1] === 0 : term.range[0] === 1) return true;
  switch (term.kind) {
    case 'not':
      return isNever(term.operand, !wanted);
    case 'hold':
      return isNever(term.operand, wanted);
    case 'and':
    case 'or': {
      const both = (term.kind === 'and') === wanted;
      const sides = [isNever(term.left, wanted), isNever(term.right, wanted)];
      return both ? sides.includes(true) || contradict(bounds(term, wanted)) : !sides.includes(false);
    }
    case 'constant':
    case 'sensor':
    case 'fault':
    case 'age':
    case 'changed':
    case 'negative':
    case 'abs':
    case 'larger':
    case 'smaller':
    case 'compare':
    case 'arithmetic':
    case 'window':
      return false;
  }
}

/** What must be so for the condition to be as wanted; there may be more that is not seen. */
function bounds(term: Term, wanted: boolean): readonly Bound[] {
  switch (term.kind) {
    case 'not':
      return bounds(term.operand, !wanted);
    case 'hold':
      return wanted ? bounds(term.operand, true) : [];
    case 'and':
    case 'or':
      return (term.kind === 'and') === wanted
        ? [...bounds(term.left, wanted), ...bounds(term.right, wanted)]
        : [];
    case 'sensor':
    case 'fault': {
      const value = wanted ? 1 : 0;
      return [{ of: meaningOf(term), least: value, most: value, leastOpen: false, mostOpen: false }];
    }
    case 'compare':
      return boundsOfComparison(term, wanted);
    default:
      return [];
  }
}

const opposite: Readonly<Record<Comparison, Comparison>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};
const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

/** A comparison with a constant, as `quantity op limit`; undefined for others. */
export function limitOf(term: Extract<Term, { kind: 'compare' }>, wanted: boolean) {
  const op = wanted ? term.op : opposite[term.op];
  if (isOne(term.right.range)) return { quantity: term.left, op, limit: term.right.range[0] };
  if (isOne(term.left.range)) return { quantity: term.right, op: mirrored[op], limit: term.left.range[0] };
  return undefined;
}

function boundsOfComparison(term: Extract<Term, { kind: 'compare' }>, wanted: boolean): readonly Bound[] {
  const found = limitOf(term, wanted);
  if (!found || found.op === '!=') return [];
  const { quantity, op, limit } = found;
  const [least, most] = quantity.range;
  const bound = { of: meaningOf(quantity), least, most, leastOpen: false, mostOpen: false };
  if (op === '==') return [{ ...bound, least: limit, most: limit }];
  if (op === '<' || op === '<=') return [{ ...bound, most: limit, mostOpen: op === '<' }];
  return [{ ...bound, least: limit, leastOpen: op === '>' }];
}

function contradict(all: readonly Bound[]): boolean {
  return all.some((one) => all.some((other) => one.of === other.of && areApart(one, other)));
}

function areApart(low: Bound, high: Bound): boolean {
  return low.most < high.least || (low.most === high.least && (low.mostOpen || high.leastOpen));
}
