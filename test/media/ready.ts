import { readdirSync, readFileSync } from 'node:fs';
import { pino } from 'pino';

/** A logger that says nothing. */
export const quiet = pino({ level: 'silent' });

/** Waits until a condition holds; fails the test with `what` when it does not within the deadline. */
export async function until(what: string, holds: () => boolean, deadlineMs = 25_000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** True while a process of this id exists, zombies included. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The ids of our own children, zombies included; those of one program only, where it is named. */
export function children(program?: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        // pid (comm) state ppid …
        const [, comm, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return parent === String(process.pid) && (program === undefined || comm === program);
      } catch {
        return false;
      }
    });
}
