import { z } from 'zod';
import { Severity } from '../protocol/alarm.ts';
import { Duration } from '../protocol/duration.ts';
import { weekdays } from './schedule.ts';

/** Longer conditions nobody reads; it also bounds how deep one can be nested. */
export const maxExpressionLength = 500;

const Expression = z.string().min(1).max(maxExpressionLength);
/** Names of entries of the profile's `actions`. */
const ActionNames = z.array(z.string().min(1).max(64)).max(32);

/** A rule's name: in messages, URLs and the page. */
export const RuleName = z
  .string()
  .max(64)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'letters, digits, dots, hyphens and underscores');

/** One rule, as a profile writes it. */
export const RuleOptions = z.strictObject({
  title: z.string().min(1).max(100).optional().describe('What people read; made from its name by default'),
  when: Expression.describe('The condition that raises it: machine.temperature > 80'),
  clear: Expression.optional().describe('The condition that ends it; by default, that `when` is false'),
  for: Duration.optional().describe('The condition must hold so long before it raises'),
  cooldown: Duration.optional().describe('Once it is over, it does not raise again for so long'),
  severity: Severity.default('warning').describe(
    'info is noted, warning is shown, critical takes the screen',
  ),
  feed: z.string().max(64).optional().describe('The feed that shows it'),
  latch: z.boolean().default(false).describe('It stays until somebody acknowledged it, and it is over'),
  do: ActionNames.default([]).describe('Actions when it raises'),
  escalate: z
    .array(
      z.strictObject({
        after: Duration.describe('Raised for so long, and nobody acknowledged it'),
        do: ActionNames.min(1).describe('Actions then'),
      }),
    )
    .max(16)
    .default([])
    .describe('What happens while nobody acknowledges it'),
  onClear: ActionNames.default([]).describe('Actions when it is over'),
  onFault: ActionNames.default([]).describe('Actions when one of its sensors cannot be believed'),
  between: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d ?[-–] ?([01]\d|2[0-3]):[0-5]\d$/, 'two times of day: 22:00-06:00')
    .refine((text) => text.slice(0, 5) !== text.slice(-5), 'two different times of day')
    .optional()
    .describe('It counts only between these times of day, over midnight too'),
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .optional()
    .describe('It counts only on these days; a night belongs to the day it begins on'),
  zone: z
    .string()
    .refine(isZone, 'a time zone: Europe/Berlin')
    .optional()
    .describe("The time zone of both; the machine's by default"),
  keep: z
    .enum(['clip', 'snapshot', 'nothing'])
    .default('clip')
    .describe('What is kept of the feed when it raises'),
});
/** One rule, with its defaults filled in. Lengths of time are in milliseconds. */
export type RuleOptions = z.output<typeof RuleOptions>;

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
