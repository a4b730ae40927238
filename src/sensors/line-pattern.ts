import { z } from 'zod';
import { VedetteError } from '../errors.ts';

/** Longest pattern; real ones have a few words. */
const maxChars = 200;
/** What no engine finds in linear time: looking around, and what was found before. */
const notLinear = /\(\?<?[=!]|\\[1-9]|\\k</;

/** What a pattern finds in a line: the text of its group; undefined where it does not fit. Takes linear time. */
export type LinePattern = (line: string) => string | undefined;

/** A pattern in a profile: a regular expression with one group, or one named `value`. */
export const LinePatternText = z
  .string()
  .min(1)
  .max(maxChars)
  .superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

function problemOf(text: string): string | undefined {
  if (notLinear.test(text)) return 'a pattern without (?=, (?!, (?<= and \\1';
  try {
    // An empty alternative always fits, and so tells the groups.
    const groups = new RegExp(`${text}|`).exec('');
    return groups && groups.length > 1 ? undefined : 'a pattern with a group, as in T=(-?\\d+)';
  } catch {
    return 'a regular expression, as in T=(-?\\d+)';
  }
}

/**
 * Makes a pattern ready. By RE2's way of matching, which no line can hold up: a device, or whoever is in its place,
 * may say anything.
 *
 * @throws VedetteError `serial/bad-pattern`
 */
export async function compileLinePattern(text: string): Promise<LinePattern> {
  const { RE2JS } = await import('re2js');
  try {
    const pattern = RE2JS.compile(text);
    const group = 'value' in pattern.namedGroups() ? 'value' : 1;
    return (line) => {
      const found = pattern.matcher(line);
      return found.find() ? (found.group(group) ?? undefined) : undefined;
    };
  } catch (error) {
    throw new VedetteError('serial/bad-pattern', { pattern: text, detail: (error as Error).message });
  }
}
