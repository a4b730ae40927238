import { exitCodes, VedetteError } from '../errors.ts';
import type { ProfileProblem } from '../profile/problems.ts';
import { tell } from './output.ts';

/**
 * Says on stderr what went wrong: sentence, place, cure. Only our own mistakes show a stack.
 *
 * @returns the exit code
 */
export function tellFailure(error: unknown): number {
  for (const line of failureLines(error)) tell(line);
  return error instanceof VedetteError ? error.exitCode : exitCodes.failed;
}

/** The lines of {@link tellFailure}. */
export function failureLines(error: unknown): readonly string[] {
  if (error instanceof VedetteError) {
    const file = String(error.data.file ?? '');
    const places = problemsOf(error).map((problem) => `  ${problemLine(file, problem)}`);
    return [`vedette: ${error.message}`, ...places, `  cure: ${error.cure} (${error.code})`];
  }
  if (isCancelled(error)) return ['vedette: cancelled'];
  if (isSystemError(error)) return [`vedette: ${error.message}`];
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return ['vedette: this is a mistake in Vedette; please report it with these lines', stack];
}

/** `porch.yaml:3:17 cameras.door.kind: found "v4l", allowed: v4l2, …; did you mean "v4l2"?` */
export function problemLine(
  file: string,
  { line, column, key, message, suggestion }: ProfileProblem,
): string {
  const about = key === '' ? '' : `${key}: `;
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  return `${file}:${line}:${column} ${about}${message}${hint}`;
}

/** A profile's mistakes travel in its error; told by shape, since not every command loads what reads profiles. */
function problemsOf(error: VedetteError): readonly ProfileProblem[] {
  return 'problems' in error ? (error.problems as readonly ProfileProblem[]) : [];
}

/** A file that cannot be written and the like: the system's sentence says it. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** Ctrl-C at a question. */
function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}
