import type { Arithmetic, Comparison } from './syntax.ts';

/** All values from the first to the second. */
export type Interval = readonly [least: number, most: number];

export const anything: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
/** A condition of which nothing is known. */
export const either: Interval = [0, 1];

/** What can come out where the operands are anywhere in their intervals. */
export function arithmeticRange(op: Arithmetic, a: Interval, b: Interval): Interval {
  switch (op) {
    case '+':
      return [a[0] + b[0], a[1] + b[1]];
    case '-':
      return [a[0] - b[1], a[1] - b[0]];
    case '*':
      return hull(a, b, (x, y) => (x === 0 || y === 0 ? 0 : x * y));
    case '/':
      return b[0] <= 0 && b[1] >= 0 ? anything : hull(a, b, (x, y) => (Number.isFinite(y) ? x / y : 0));
  }
}

function hull(a: Interval, b: Interval, of: (x: number, y: number) => number): Interval {
  const corners = a.flatMap((x) => b.map((y) => of(x, y)));
  return [Math.min(...corners), Math.max(...corners)];
}

/** Whether a comparison can be false (0) and true (1). */
export function comparisonRange(op: Comparison, a: Interval, b: Interval): Interval {
  switch (op) {
    case '<':
      return truth(a[1] < b[0], a[0] >= b[1]);
    case '<=':
      return truth(a[1] <= b[0], a[0] > b[1]);
    case '>':
      return comparisonRange('<', b, a);
    case '>=':
      return comparisonRange('<=', b, a);
    case '==':
      return truth(isOne(a) && isOne(b) && a[0] === b[0], a[1] < b[0] || b[1] < a[0]);
    case '!=':
      return notRange(comparisonRange('==', a, b));
  }
}

export function notRange([least, most]: Interval): Interval {
  return [1 - most, 1 - least];
}

export function absRange([least, most]: Interval): Interval {
  const nearest = least <= 0 && most >= 0 ? 0 : Math.min(Math.abs(least), Math.abs(most));
  return [nearest, Math.max(Math.abs(least), Math.abs(most))];
}

/** A single value. */
export function isOne([least, most]: Interval): boolean {
  return least === most;
}

function truth(always: boolean, never: boolean): Interval {
  if (always) return [1, 1];
  return never ? [0, 0] : either;
}
