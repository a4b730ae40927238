import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What says nothing for so long is stuck. */
const silenceMs = 30_000;

/** A process that prints lines of JSON. */
export interface Talker {
  readonly pid: number;
  /** The next line; rejects where the process ended, or says nothing. */
  next<Line>(): Promise<Line>;
  /** Ends it, by its id. Idempotent. */
  stop(): Promise<void>;
}

export function startTalker(command: string, args: readonly string[]): Talker {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid as number,
    async next<Line>() {
      const deadline = setTimeout(() => child.kill('SIGKILL'), silenceMs);
      const { value, done } = await lines.next();
      clearTimeout(deadline);
      if (done) throw new Error(`${command} ended, or was stuck`);
      return JSON.parse(value) as Line;
    },
    stop: () => end(child),
  };
}

/** A WHEP server in a process of its own. */
export interface Server {
  readonly pid: number;
  /** Its WHEP endpoint. */
  readonly whep: string;
  stop(): Promise<void>;
}

/** Starts a program that prints {"port":n} once it listens on loopback. */
export async function startServer(command: string, args: readonly string[]): Promise<Server> {
  const talker = startTalker(command, args);
  try {
    const { port } = await talker.next<{ port: number }>();
    return { pid: talker.pid, whep: `http://127.0.0.1:${port}/whep/bench`, stop: () => talker.stop() };
  } catch (error) {
    await talker.stop();
    throw error;
  }
}

/** Runs a program whose last line is JSON; kills it at the deadline. Pion's own log stands before it. */
export async function runJson<Result>(
  command: string,
  args: readonly string[],
  deadlineMs: number,
): Promise<Result> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: deadlineMs });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}`);
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Result;
}

/** `{ url: 'x', count: 3 }` as `-url x -count 3`, for programs in Go. */
export function flagsOf(flags: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(flags).map(([flag, value]) => `-${flag}=${value}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(deadline);
}
