/** Where in the text something stands: from `at`, up to but not with `to`. */
export interface Span {
  readonly at: number;
  readonly to: number;
}

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type Arithmetic = '+' | '-' | '*' | '/';

/** A condition as it was written; what its names mean is not known yet. */
export type Syntax = Span &
  (
    | { readonly kind: 'number'; readonly value: number; readonly unit?: string }
    | { readonly kind: 'truth'; readonly value: boolean }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'not' | 'negative'; readonly operand: Syntax }
    | { readonly kind: 'and' | 'or'; readonly left: Syntax; readonly right: Syntax }
    | { readonly kind: 'compare'; readonly op: Comparison; readonly left: Syntax; readonly right: Syntax }
    | { readonly kind: 'arithmetic'; readonly op: Arithmetic; readonly left: Syntax; readonly right: Syntax }
    | { readonly kind: 'hold'; readonly operand: Syntax; readonly ms: number }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly nameTo: number;
        readonly args: readonly Syntax[];
      }
  );

/** What is wrong with a condition, and where. */
export interface ExpressionProblem {
  /** Into the condition's text; its end where something is missing there. */
  readonly offset: number;
  /** At least 1, except at the end. */
  readonly length: number;
  /** What was found, and what would do. */
  readonly message: string;
  /** What was probably meant, to be put in its place. */
  readonly hint?: string;
}

/** Leaves the reading of one condition; caught where that began. */
export class NotUnderstood extends Error {
  readonly problem: ExpressionProblem;

  constructor({ at, to }: Span, message: string, hint?: string) {
    super(message);
    this.name = 'NotUnderstood';
    this.problem = { offset: at, length: to - at, message, ...(hint === undefined ? {} : { hint }) };
  }
}
