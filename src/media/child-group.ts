import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** How long a process may take to end by itself after TERM before its group is killed. */
const graceMs = 1000;
/** What is kept of a child's last words: enough for a cause, bounded whatever it says. */
const keptLines = 20;
const keptLineChars = 300;

/** How a child ended. */
export interface ChildExit {
  /** It could not be started at all (`ENOENT`, `EACCES`, …). */
  readonly failed?: NodeJS.ErrnoException;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Whether it is fed on stdin; else stdin is empty. */
  readonly fed?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * A child process in a process group of its own, so that whatever it starts ends with it. Its last lines on stderr
 * are kept, the rest is dropped. If our process exits, the group is killed.
 */
export interface ChildGroup {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Fed children only; others have a stream that is closed. Errors on it are expected and swallowed: see `gone`. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** The last lines of stderr, oldest first, at most 20 of 300 characters, without URLs and IPv4 addresses. */
  lastLines(): readonly string[];
  /** Resolves when it is gone and reaped and its stdout is read to the end. Never rejects. */
  readonly gone: Promise<ChildExit>;
  /** TERM, and KILL after 1 s, to the whole group; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

const living = new Set<number>();
let exitHooked = false;

/** Starts a program in its own process group. Never throws: a program that is not there is a `failed` exit. */
export function startChild({ program, args, fed = false, env = process.env }: ChildOptions): ChildGroup {
  const child = spawn(program, args, {
    detached: true,
    env,
    stdio: [fed ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const { pid, stdin, stdout, stderr } = child;
  if (!stdout || !stderr) throw new TypeError('a child with piped output has streams');
  if (pid !== undefined) remember(pid);
  // Writing to a child that is just ending fails with EPIPE; its end is told by `gone`.
  stdin?.on('error', ignore);
  stdout.on('error', ignore);
  const lastLines = keepLastLines(stderr);
  const gone = exitOf(child);
  let stopping: Promise<void> | undefined;
  return {
    pid,
    stdin,
    stdout,
    lastLines,
    gone,
    stop: () => {
      stopping ??= stopGroup(pid, stdin, stdout, gone);
      return stopping;
    },
  };
}

function exitOf(child: ChildProcess): Promise<ChildExit> {
  const { promise, resolve } = Promise.withResolvers<ChildExit>();
  let failed: NodeJS.ErrnoException | undefined;
  child.on('error', (error) => {
    failed = error;
    if (child.pid === undefined) resolve({ failed, code: null, signal: null });
  });
  child.once('exit', () => {
    if (child.pid === undefined) return;
    // Whatever it started and left behind goes with it; while one of them lives, the group's number is not reused.
    signalGroup(child.pid, 'SIGKILL');
    living.delete(child.pid);
  });
  child.once('close', (code, signal) => resolve({ ...(failed && { failed }), code, signal }));
  return promise;
}

async function stopGroup(
  pid: number | undefined,
  stdin: Writable | null,
  stdout: Readable,
  gone: Promise<ChildExit>,
): Promise<void> {
  // ffmpeg sees TERM only when its read returns, and without this would wait for the KILL.
  stdin?.destroy();
  if (pid !== undefined && living.has(pid)) {
    signalGroup(pid, 'SIGTERM');
    // A stopped process hears TERM only when it continues.
    signalGroup(pid, 'SIGCONT');
    const timer = setTimeout(() => living.has(pid) && signalGroup(pid, 'SIGKILL'), graceMs);
    stdout.resume();
    await gone;
    clearTimeout(timer);
  }
  await gone;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: nobody of the group is left, which is what we want.
  }
}

function remember(pid: number): void {
  living.add(pid);
  if (exitHooked) return;
  exitHooked = true;
  process.on('exit', () => {
    for (const group of living) signalGroup(group, 'SIGKILL');
  });
}

function keepLastLines(stderr: Readable): () => readonly string[] {
  const decoder = new StringDecoder('utf8');
  const lines: string[] = [];
  let open = '';
  stderr.on('error', ignore);
  stderr.on('data', (chunk: Buffer) => {
    const parts = decoder.write(chunk).split(/[\r\n]+/);
    open = (open + parts.shift()).slice(0, keptLineChars);
    for (const part of parts) {
      if (open !== '') lines.push(open);
      open = part.slice(0, keptLineChars);
    }
    lines.splice(0, lines.length - keptLines);
  });
  return () => (open === '' ? lines : [...lines, open]).map(withoutAddresses);
}

/** Last lines reach logs and people: URLs may hold passwords, and addresses are nobody's business there. */
function withoutAddresses(line: string): string {
  return line
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, '[address]')
    .replace(/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, '[address]');
}

function ignore(): void {
  // Told by `gone`.
}
