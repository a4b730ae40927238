import { readdir, readFile, readlink } from 'node:fs/promises';
import { childrenOf } from './processes.ts';

/** An internet socket that a process holds open (proc(5), /proc/net/tcp). */
export interface OpenSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly localPort: number;
  /** 0 where it is connected to nobody. */
  readonly remotePort: number;
  readonly listening: boolean;
}

/** TCP_LISTEN of the kernel's tcp_states.h. */
const listen = '0A';

/** The sockets of a process and of its children. */
export async function socketsOf(pid: number): Promise<readonly OpenSocket[]> {
  const pids = [pid, ...(await childrenOf(pid)).map((child) => child.pid)];
  const inodes = new Set((await Promise.all(pids.map(inodesOf))).flat());
  const tables = await Promise.all(
    (['tcp', 'udp'] as const).flatMap((protocol) =>
      ['', '6'].map(async (family) => {
        const table = await readFile(`/proc/net/${protocol}${family}`, 'utf8');
        return table
          .split('\n')
          .slice(1)
          .map((line) => line.trim().split(/\s+/))
          .filter((fields) => inodes.has(fields[9] ?? ''))
          .map(
            ([, local = '', remote = '', state]): OpenSocket => ({
              protocol,
              localPort: portOf(local),
              remotePort: portOf(remote),
              listening: protocol === 'tcp' && state === listen,
            }),
          );
      }),
    ),
  );
  return tables.flat();
}

const portOf = (address: string) => Number.parseInt(address.split(':')[1] ?? '', 16);

async function inodesOf(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const fds = await readdir(folder).catch(() => []);
  const targets = await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}
