import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from './client.ts';
import { noAddress } from './own-address.ts';

/** Debian's own, which has Debian's libraries. */
const python = '/usr/bin/python3';

/** A client that is a Python program. */
export interface PythonClient {
  /** Why it cannot run here; undefined where it can. */
  readonly missing: string | undefined;
  command(...args: string[]): Command;
}

/** The client in that folder. */
export function pythonClient(folder: 'aiortc' | 'gstreamer'): PythonClient {
  const script = join(import.meta.dirname, folder, 'whep.py');
  const probed = spawnSync(python, [script, 'check'], { encoding: 'utf8' });
  const missing = probed.status === 0 ? undefined : `${folder} is not installed, or not all of it`;
  return { missing: noAddress ?? missing, command: (...args) => [python, script, ...args] };
}
