import { readdir, readFile } from 'node:fs/promises';

/** A process as /proc shows it (proc(5)). */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  /** `Z` is a zombie, `T` a stopped one. */
  readonly state: string;
  readonly args: readonly string[];
}

/** Every process that has `mark` in its environment, wherever its parent has gone: environments are inherited. */
export async function processesMarked(mark: string): Promise<readonly SeenProcess[]> {
  const seen = await allProcesses();
  const marked = await Promise.all(
    seen.map(async (process) =>
      (await readFile(`/proc/${process.pid}/environ`, 'latin1').catch(() => '')).includes(mark),
    ),
  );
  return seen.filter((_, place) => marked[place]);
}

/** The children of a process, zombies too. */
export async function childrenOf(pid: number): Promise<readonly SeenProcess[]> {
  return (await allProcesses()).filter(({ parent }) => parent === pid);
}

/** How many descriptors a process has open. */
export async function descriptorsOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

async function allProcesses(): Promise<readonly SeenProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(pids.map((pid) => look(Number(pid)).catch(() => undefined)));
  return seen.filter((process) => process !== undefined);
}

/** Rejects where the process has just ended. */
async function look(pid: number): Promise<SeenProcess> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  // The name stands in parentheses and may hold anything, so what follows is counted from the last one.
  const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  return { pid, parent: Number(parent), state, args };
}
