import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { VedetteError } from '../errors.ts';
import { type Place, ProfileDocument } from './document.ts';
import { nearestIssue, type ProfileProblem, problemsOf } from './problems.ts';
import { type Profile, profileOf, sensorsOf } from './profile.ts';
import { type ReferenceSources, reread, resolveReferences } from './references.ts';
import { ProfileFile, profileSchema } from './schema.ts';
import { type WiringProblem, wire } from './wiring.ts';

/** A profile with mistakes in it: all that were found at once. */
export class ProfileError extends VedetteError {
  readonly problems: readonly ProfileProblem[];

  constructor(file: string, problems: readonly ProfileProblem[]) {
    super('profile/invalid', { file, count: problems.length });
    this.name = 'ProfileError';
    this.problems = problems;
  }
}

/** A profile and where it came from. */
export interface LoadedProfile {
  /** Absolute. Paths in the profile are relative to its folder. */
  readonly file: string;
  readonly profile: Profile;
}

/** A text that a profile takes from a file is a password or an address, not a film. */
const maxReferenceBytes = 64 * 1024;

/**
 * Reads a profile: a YAML file, or a folder's `profile.yaml`.
 *
 * @throws ProfileError with every mistake in it; VedetteError `profile/not-found`
 */
export function loadProfile(path: string, env: ReferenceSources['env'] = process.env): LoadedProfile {
  const { file, text } = readProfile(path);
  const folder = dirname(resolve(file));
  const profile = parseProfile(file, text, { env, readFile: (name) => readText(resolve(folder, name)) });
  return { file: resolve(file), profile };
}

/**
 * Checks a profile's text and fills in its defaults.
 *
 * @param file what to call it in errors
 * @throws ProfileError
 */
export function parseProfile(file: string, text: string, sources: ReferenceSources): Profile {
  const document = new ProfileDocument(text);
  if (document.errors.length > 0) {
    throw new ProfileError(
      file,
      document.errors.map((error) => yamlProblem(error, text)),
    );
  }
  const { problems: broken, foreign } = resolveReferences(document, sources);
  const check = () => ProfileFile.safeParse(document.toJS());
  let result = check();
  if (!result.success) {
    // A text from the environment stands for a number where a number is wanted.
    const wrong = result.error.issues.map((issue) => document.node(nearestIssue(issue).path));
    const again = wrong.filter((node) => foreign.has(node) && reread(node));
    if (again.length > 0) result = check();
  }
  if (result.success && broken.length === 0) {
    const sensors = sensorsOf(result.data);
    const wired = wire(result.data, sensors);
    if ('file' in wired) return profileOf(wired.file, sensors, wired.rules);
    throw new ProfileError(file, wired.problems.map((problem) => placed(problem, document)).sort(byPlace));
  }
  const context = { document, data: document.toJS(), schema: profileSchema(), foreign };
  const found = result.success ? [] : problemsOf(result.error.issues, context);
  const unresolved = broken.map((problem) => ({ ...problem, key: '' }));
  // What could not be resolved is not also wrong for what it is not.
  const others = found.filter((problem) => !unresolved.some((one) => byPlace(one, problem) === 0));
  throw new ProfileError(file, [...unresolved, ...others].sort(byPlace));
}

/**
 * The text of a profile, and where it is.
 *
 * @throws VedetteError `profile/not-found`
 */
export function readProfile(path: string): { readonly file: string; readonly text: string } {
  try {
    const file = statSync(path).isDirectory() ? join(path, 'profile.yaml') : path;
    return { file, text: readFileSync(file, 'utf8') };
  } catch (cause) {
    throw new VedetteError('profile/not-found', { path, detail: reasonOf(cause) }, { cause });
  }
}

function readText(path: string): string {
  const shownPath = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  let bytes: Buffer;
  try {
    if (statSync(path).size > maxReferenceBytes) throw new Error('it is too large for a text in a profile');
    bytes = readFileSync(path);
  } catch (cause) {
    throw new Error(`the file ${shownPath} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`the file ${shownPath} holds no UTF-8 text`, { cause });
  }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'it is not there';
  if (code === 'EACCES') return 'permission denied';
  return (error as Error).message;
}

function yamlProblem({ line, column, message }: Place & { message: string }, text: string): ProfileProblem {
  const written = text.split('\n')[line - 1] ?? '';
  if (message.startsWith('Map keys must be unique')) {
    const name = written
      .slice(column - 1)
      .split(':')[0]
      ?.trim();
    return { line, column, key: '', message: `the name "${name}" stands twice in one map; choose another` };
  }
  // Braces open a map in a `{ … }` line; this mistake is the likeliest of all.
  const hint = /\{[^$]*\$\{/.test(written) ? '; inside { … }, a reference stands in quotes' : '';
  return { line, column, key: '', message: `${message}${hint}` };
}

function placed(
  { path, offset = 0, message, suggestion }: WiringProblem,
  document: ProfileDocument,
): ProfileProblem {
  const place = document.placeInValue(path, offset);
  return { ...place, key: path.join('.'), message, ...(suggestion === undefined ? {} : { suggestion }) };
}

function byPlace(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}
