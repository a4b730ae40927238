import { readdir, readFile, readlink } from 'node:fs/promises';

/** States of sockets that hold a port, in /proc/net (Linux, include/net/tcp_states.h): listening, and unconnected. */
const holding = { tcp: '0A', udp: '07' } as const;
type Protocol = keyof typeof holding;

/**
 * The name of the program that holds `port`, or "another program" where that cannot be seen: sockets of other users
 * show to root alone.
 */
export async function portHolder(port: number, protocol: Protocol = 'tcp'): Promise<string> {
  try {
    const inodes = new Set<string>();
    for (const table of [`/proc/net/${protocol}`, `/proc/net/${protocol}6`]) {
      const text = await readFile(table, 'utf8').catch(() => '');
      for (const inode of holdingInodes(text, port, protocol)) inodes.add(inode);
    }
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid) || !(await holds(pid, inodes))) continue;
      return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()} (process ${pid})`;
    }
  } catch {
    // Not a Linux /proc, or the process has just ended: the name is a courtesy.
  }
  return 'another program';
}

/** Reads /proc/net/tcp: `sl local_address rem_address st … inode …`, addresses and ports in hexadecimal. */
export function holdingInodes(table: string, port: number, protocol: Protocol): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === holding[protocol])
    .flatMap((fields) => fields[9] ?? []);
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await readdir(folder).catch(() => [])) {
    const target = await readlink(`${folder}/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}
