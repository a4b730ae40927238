import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server that is no agent of ours has come by then, or does not come. */
const startDeadlineMs = 20_000;

/** A WHEP server in a process of its own. */
export interface Server {
  readonly pid: number;
  /** Its WHEP endpoint. */
  readonly whep: string;
  stop(): Promise<void>;
}

/** Starts a program that prints {"port":n} once it listens on loopback. */
export async function startServer(command: string, args: readonly string[]): Promise<Server> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const deadline = setTimeout(() => child.kill('SIGKILL'), startDeadlineMs);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { port } = JSON.parse(line) as { port: number };
      return {
        pid: child.pid as number,
        whep: `http://127.0.0.1:${port}/whep/bench`,
        stop: () => end(child),
      };
    }
  } catch (error) {
    await end(child);
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  await end(child);
  throw new Error(`${command} ended before it listened`);
}

/** Runs a program that prints one line of JSON and ends; kills it at the deadline. */
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
  return JSON.parse(printed) as Result;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(deadline);
}
