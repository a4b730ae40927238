import { closest, distance } from 'fastest-levenshtein';
import { isScalar, isSeq } from 'yaml';
import type { z } from 'zod';
import { withoutUserinfo } from '../protocol/secret.ts';
import type { Path, Place, ProfileDocument } from './document.ts';
import { allowed, choices, keysOf, type SchemaNode, schemasAt } from './wording.ts';

/** One mistake in a profile. */
export interface ProfileProblem extends Place {
  /** What it is about: `cameras.door.kind`; empty for the file as a whole. */
  readonly key: string;
  /** What was found and what is allowed. Never the value of a secret. */
  readonly message: string;
  /** The nearest word that would do. */
  readonly suggestion?: string;
}

/** What mistakes are looked up in. */
export interface ProblemContext {
  readonly document: ProfileDocument;
  /** What {@link ProfileDocument.toJS} gave. */
  readonly data: unknown;
  readonly schema: SchemaNode;
  /** Scalars whose text came from elsewhere. */
  readonly foreign: ReadonlySet<unknown>;
}

type Issue = z.core.$ZodIssue;

/** Longer values are cut in messages. */
const maxShownLength = 40;
/** A word that differs in more than a third of its letters was not meant. */
const maxTypoRatio = 1 / 3;

/** zod's issues as mistakes a person can find and mend. */
export function problemsOf(issues: readonly Issue[], context: ProblemContext): readonly ProfileProblem[] {
  const problems = issues.map(nearestIssue).flatMap((issue) => describeIssue(issue, context));
  // A number may break two rules at once, and an anchor shows in each of its aliases: still one mistake.
  const distinct = new Map(
    problems
      .map((problem) => [`${problem.line}:${problem.column} ${problem.message}`, problem] as const)
      .reverse(),
  );
  return [...distinct.values()].reverse();
}

/** Of a union's branches, the one that got deepest is the one that was meant. */
export function nearestIssue(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const deepest = issue.errors
    .flat()
    .map((inner) => nearestIssue({ ...inner, path: [...issue.path, ...inner.path] }))
    .reduce<Issue | undefined>(
      (best, inner) => (best === undefined || inner.path.length > best.path.length ? inner : best),
      undefined,
    );
  return deepest && deepest.path.length > issue.path.length ? deepest : issue;
}

function describeIssue(issue: Issue, context: ProblemContext): readonly ProfileProblem[] {
  const { document, data, schema } = context;
  const key = issue.path.join('.');
  const nodes = schemasAt(schema, issue.path, data);
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(nodes);
    return issue.keys.map((unknown) => ({
      ...document.placeOfKey([...issue.path, unknown]),
      key,
      message: `found the key "${unknown}", allowed: ${known.join(', ')}`,
      ...suggest(unknown, known),
    }));
  }
  if (issue.code === 'invalid_key') {
    const name = String(issue.path.at(-1));
    const message = `found the name "${name}", allowed: ${issue.issues[0]?.message ?? 'another'}`;
    return [{ ...document.placeOfKey(issue.path), key, message }];
  }
  const place = document.placeOfValue(issue.path);
  if (document.node(issue.path) === undefined && issue.path.length > 0) {
    return [{ ...place, key, message: `is missing, allowed: ${allowed(nodes)}` }];
  }
  const words = choices(nodes);
  const found = document.node(issue.path);
  const value = isScalar(found) && typeof found.value === 'string' ? found.value : undefined;
  return [
    {
      ...place,
      key,
      message: `found ${shown(issue.path, context)}, allowed: ${ownWords(issue) ?? allowed(nodes)}`,
      ...(value === undefined || isHidden(issue.path, context) ? {} : suggest(value, words)),
    },
  ];
}

/** What the schema itself says, where a rule of its own was broken. */
function ownWords(issue: Issue): string | undefined {
  if (issue.code === 'custom') return issue.message;
  // zod's own sentences begin with "Invalid"; a schema's say what is allowed.
  if (issue.code === 'invalid_format' && !issue.message.startsWith('Invalid')) return issue.message;
  return undefined;
}

function suggest(word: string, known: readonly string[]): { suggestion?: string } {
  if (known.length === 0) return {};
  const nearest = closest(word.toLowerCase(), known as string[]);
  const mistakes = distance(word.toLowerCase(), nearest);
  return mistakes <= Math.max(2, nearest.length * maxTypoRatio) && mistakes < nearest.length
    ? { suggestion: nearest }
    : {};
}

function isHidden(path: Path, { document, data, schema, foreign }: ProblemContext): boolean {
  return (
    foreign.has(document.node(path)) || schemasAt(schema, path, data).some((node) => node.writeOnly === true)
  );
}

/** What stands there, in a few words; of a secret only that there is one. */
function shown(path: Path, context: ProblemContext): string {
  const node = context.document.node(path);
  if (node === undefined) return 'nothing';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return 'a map';
  const { value } = node;
  if (value === null) return 'nothing';
  if (isHidden(path, context))
    return typeof value === 'string' ? 'a text (not shown)' : `a ${typeof value} (not shown)`;
  if (typeof value !== 'string') return String(value);
  const safe = withoutUserinfo(value);
  return `"${safe.length > maxShownLength ? `${safe.slice(0, maxShownLength)}…` : safe}"`;
}
