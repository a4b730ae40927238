import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { startChild } from '../media/child-group.ts';

/** A tool that answers no sooner than this hangs, on a bus that hangs. */
const deadlineMs = 5_000;
/** What a tool says is a few words, or a list of all GPIO lines of a large board; more is not read. */
const maxChars = 262_144;
/** Where Debian puts tools that need rights on devices; not everybody has them in PATH. */
const moreFolders = ['/usr/sbin', '/sbin'];

/** How a tool ended. `code` is null where it was killed, or could not be started. */
export interface ToolResult {
  readonly code: number | null;
  readonly text: string;
  /** Its last words of complaint, or why it was not started. */
  readonly complaint: string;
}

/** The path of a program of Debian's; undefined where it is not installed. */
export function findTool(program: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), ...moreFolders];
  return folders.map((folder) => join(folder, program)).find((path) => isAbsolute(path) && existsSync(path));
}

/**
 * Runs a program with these arguments to its end, for 5 s at most. Never throws.
 *
 * @param signal ends it when it aborts
 */
export async function runTool(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ToolResult> {
  const child = startChild({ program, args, env: { ...process.env, LC_ALL: 'C' } });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (text.length < maxChars) text += chunk.toString('latin1');
  });
  const stop = () => void child.stop();
  const timer = setTimeout(stop, deadlineMs);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const { code, failed } = await child.gone;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  const complaint = child.lastLines().at(-1) ?? failed?.message ?? (code === null ? 'it hung' : '');
  return { code, text, complaint };
}
