import type { Interval } from './interval.ts';
import type { Arithmetic, Comparison, Span } from './syntax.ts';

/** Functions over what a value was in the last `ms`. */
export type WindowFunction = 'rate' | 'mean' | 'min' | 'max';

/** A part of a condition whose meaning is known. Sensors and windows are numbered through all rules. */
export type Term = Span & {
  readonly type: 'number' | 'boolean' | 'time';
  /** `''` for a sensor that has none; absent where any will do. */
  readonly unit?: string;
  /** Between which values it can be; booleans are 0 and 1. */
  readonly range: Interval;
} & (
    | { readonly kind: 'constant'; readonly value: number }
    | { readonly kind: 'sensor' | 'fault' | 'age'; readonly sensor: number }
    /** True for so long after a change. */
    | { readonly kind: 'changed'; readonly sensor: number; readonly ms: number }
    | { readonly kind: 'not' | 'negative' | 'abs'; readonly operand: Term }
    | { readonly kind: 'and' | 'or' | 'larger' | 'smaller'; readonly left: Term; readonly right: Term }
    | { readonly kind: 'compare'; readonly op: Comparison; readonly left: Term; readonly right: Term }
    | { readonly kind: 'arithmetic'; readonly op: Arithmetic; readonly left: Term; readonly right: Term }
    /** `slot`: where its rule remembers since when it holds. */
    | { readonly kind: 'hold'; readonly operand: Term; readonly ms: number; readonly slot: number }
    | {
        readonly kind: 'window';
        readonly fn: WindowFunction;
        readonly operand: Term;
        readonly ms: number;
        readonly window: number;
      }
  );

/** The terms that a term is made of. */
export function partsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'not':
    case 'negative':
    case 'abs':
    case 'hold':
    case 'window':
      return [term.operand];
    case 'and':
    case 'or':
    case 'larger':
    case 'smaller':
    case 'compare':
    case 'arithmetic':
      return [term.left, term.right];
    case 'constant':
    case 'sensor':
    case 'fault':
    case 'age':
    case 'changed':
      return [];
  }
}

/** The sensors a term speaks of, in the order in which it names them. */
export function sensorsOf(term: Term): readonly number[] {
  const own = 'sensor' in term ? [term.sensor] : [];
  return [...new Set([...own, ...partsOf(term).flatMap(sensorsOf)])];
}

/** The same text for terms that mean the same, however they were written. */
export function meaningOf(term: Term): string {
  const parts = partsOf(term).map(meaningOf).join(',');
  switch (term.kind) {
    case 'constant':
      return String(term.value);
    case 'sensor':
      return `#${term.sensor}`;
    case 'fault':
    case 'age':
      return `${term.kind}#${term.sensor}`;
    case 'changed':
      return `changed#${term.sensor},${term.ms}`;
    case 'compare':
    case 'arithmetic':
      return `(${term.op} ${parts})`;
    case 'hold':
      return `(for ${term.ms} ${parts})`;
    case 'window':
      return `(${term.fn} ${term.ms} ${parts})`;
    case 'not':
    case 'negative':
    case 'abs':
    case 'and':
    case 'or':
    case 'larger':
    case 'smaller':
      return `(${term.kind} ${parts})`;
  }
}
