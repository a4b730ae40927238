import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where a device keeps its identity and its records: systemd's `$STATE_DIRECTORY` (systemd.exec(5); its first where it
 * has several), else `~/.local/state/vedette/<device>` (XDG Base Directory Specification).
 */
export function stateFolder(device: string, env: Readonly<Record<string, string | undefined>>): string {
  const given = env.STATE_DIRECTORY?.split(':')[0];
  if (given) return given;
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'vedette', device);
}
