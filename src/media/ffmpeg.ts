import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { VedetteError } from '../errors.ts';
import { type ChildExit, type ChildGroup, startChild } from './child-group.ts';

/** What every ffmpeg of ours is told first: no banner, no questions, only complaints on stderr. */
const commonArgs = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'] as const;

/**
 * The path of ffmpeg: `$VEDETTE_FFMPEG`, or the first in PATH.
 *
 * @throws VedetteError `ffmpeg/missing`
 */
export function findFfmpeg(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.VEDETTE_FFMPEG;
  const candidates = named
    ? [named]
    : (env.PATH ?? '').split(delimiter).flatMap((folder) => (folder ? [join(folder, 'ffmpeg')] : []));
  const found = candidates.find(isExecutable);
  if (found === undefined) throw new VedetteError('ffmpeg/missing');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts ffmpeg with these arguments in a process group of its own; whoever starts it stops it.
 *
 * @throws VedetteError `ffmpeg/missing`
 */
export function spawnFfmpeg(args: readonly string[], options: { readonly fed?: boolean } = {}): ChildGroup {
  return startChild({ program: findFfmpeg(), args: [...commonArgs, ...args], ...options });
}

const encoderLists = new Map<string, Promise<ReadonlySet<string>>>();

/**
 * The names of the encoders this ffmpeg was built with (`libx264`, `h264_v4l2m2m`, …), asked once for each ffmpeg.
 *
 * @throws VedetteError `ffmpeg/missing`
 */
export function listEncoders(): Promise<ReadonlySet<string>> {
  const program = findFfmpeg();
  const known = encoderLists.get(program) ?? askEncoders();
  encoderLists.set(program, known);
  return known;
}

async function askEncoders(): Promise<ReadonlySet<string>> {
  const ffmpeg = spawnFfmpeg(['-encoders']);
  let text = '';
  for await (const chunk of ffmpeg.stdout) text += String(chunk);
  await ffmpeg.stop();
  // ` V....D libx264   libx264 H.264 …`
  return new Set([...text.matchAll(/^ [VAS][A-Z.]{5} (\S+)/gm)].map(([, name]) => name ?? ''));
}

/** How ffmpeg ended and its last words, for people: one line. */
export function describeExit(exit: ChildExit, lastLines: readonly string[]): string {
  const last = lastLines.at(-1)?.trim();
  if (last) return last;
  if (exit.failed) return exit.failed.message;
  return exit.signal ? `ended by ${exit.signal}` : `ended with code ${exit.code ?? 'unknown'}`;
}
