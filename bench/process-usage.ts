import { readFileSync } from 'node:fs';

/** Linux counts CPU time in /proc in hundredths of a second (USER_HZ). */
const msPerTick = 10;

/** User and system time of a process (proc(5), stat: utime and stime), without its children. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in parentheses that may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** Resident memory of a process. */
export function rssBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

/** The share of one core that a process takes, over a while. */
export async function loadOf(pid: number, forMs: number): Promise<number> {
  const [begun, before] = [performance.now(), cpuMs(pid)];
  await new Promise((resolve) => setTimeout(resolve, forMs));
  return (cpuMs(pid) - before) / (performance.now() - begun);
}
