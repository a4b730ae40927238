import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { VedetteError } from '../errors.ts';
import { isOurUnit } from './service-unit.ts';

/** Where units of this machine, or of this person, are (systemd.unit(5)). */
export function unitFolder(user: boolean, env: NodeJS.ProcessEnv): string {
  if (!user) return '/etc/systemd/system';
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'systemd/user');
}

/**
 * Writes a unit, unless there is one that somebody else wrote or changed.
 *
 * @returns false where it says the same already
 * @throws VedetteError `service/foreign-file`
 */
export function writeUnit(file: string, text: string): boolean {
  if (hasUnit(file) && readUnit(file) === text) return false;
  const beside = `${file}.new`;
  writeFileSync(beside, text, { mode: 0o644 });
  renameSync(beside, file);
  return true;
}

/**
 * Whether there is a unit of ours.
 *
 * @throws VedetteError `service/foreign-file`
 */
export function hasUnit(file: string): boolean {
  const before = readUnit(file);
  if (before !== undefined && !isOurUnit(before)) throw new VedetteError('service/foreign-file', { file });
  return before !== undefined;
}

function readUnit(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Asks systemd to do something.
 *
 * @throws VedetteError `service/no-systemd`, `service/failed`
 */
export function systemctl(user: boolean, ...args: readonly string[]): void {
  try {
    execFileSync('systemctl', [...(user ? ['--user'] : []), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } catch (error) {
    const { code, status } = error as NodeJS.ErrnoException & { status?: number };
    if (code === 'ENOENT') throw new VedetteError('service/no-systemd');
    throw new VedetteError('service/failed', {
      command: `systemctl ${args.join(' ')}`,
      status: status ?? '?',
    });
  }
}

/** The groups of this machine. */
export function knownGroups(): ReadonlySet<string> {
  const text = existsSync('/etc/group') ? readFileSync('/etc/group', 'utf8') : '';
  return new Set(text.split('\n').map((line) => line.split(':', 1)[0] ?? ''));
}

/** Whether a user who is nobody in particular may read a file. */
export function readableByAll(file: string): boolean {
  return existsSync(file) && (statSync(file).mode & 0o004) !== 0;
}
