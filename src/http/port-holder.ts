import { readdir, readFile, readlink } from 'node:fs/promises';

/** State of a listening socket in /proc/net/tcp (Linux, include/net/tcp_states.h). */
const listening = '0A';

/**
 * The name of the program that listens on TCP `port`, or "another program" where that cannot be seen: sockets of
 * other users show to root alone.
 */
export async function portHolder(port: number): Promise<string> {
  try {
    const inodes = new Set<string>();
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
      for (const inode of listeningInodes(await readFile(table, 'utf8').catch(() => ''), port))
        inodes.add(inode);
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
export function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === listening)
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
