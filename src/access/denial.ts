import { type ErrorData, fill, VedetteError } from '../errors.ts';
import { denials, type Why } from '../protocol/denial.ts';

/** Not allowed, and why: in a word, with its values, and in a sentence. */
export interface Denial {
  readonly allowed: false;
  readonly why: Why;
  readonly values: ErrorData;
  /** A reason that a person understands. */
  readonly reason: string;
}

/** @param values for the reason's sentence, and what a page needs to say it itself */
export const denied = (why: Why, values: ErrorData = {}): Denial => ({
  allowed: false,
  why,
  values,
  reason: denials[why].includes('{') ? fill(denials[why], values) : denials[why],
});

/** What whoever asked is told: `access/denied`. */
export const denialError = ({ why, values, reason }: Denial): VedetteError =>
  new VedetteError('access/denied', { ...values, why, reason });
