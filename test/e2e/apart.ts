import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where both sides reach what stands between them. */
export const middleAddress = '10.88.9.9';

/** Two networks that know no way to each other, and one machine between them that forwards nothing. */
export interface Apart {
  /** Starts a program in one of them; ended with the rest. */
  start(place: Place, program: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** Runs a program in one of them to its end. */
  run(place: Place, program: string, args: readonly string[]): Promise<string>;
  /** A program file that starts another one in a network. */
  launcher(place: Place, program: string): Promise<string>;
  stop(): Promise<void>;
}

export type Place = 'device' | 'middle' | 'viewer';

/** Why there can be none here; undefined where there can. */
export const apartMissing: string | undefined =
  process.getuid?.() === 0 ? undefined : 'a network namespace wants root';

export async function startApart(): Promise<Apart> {
  const name = (place: Place) => `vedette-${process.pid}-${place}`;
  const folder = await mkdtemp(join(tmpdir(), 'vedette-apart-'));
  const children: ChildProcess[] = [];
  const ip = (...args: string[]) => run('ip', args);
  const within = (place: Place, ...args: string[]) => ip('-n', name(place), ...args);
  const places: readonly Place[] = ['device', 'middle', 'viewer'];
  const stop = async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(late);
    }
    for (const place of places) await ip('netns', 'del', name(place)).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const place of places) {
      await ip('netns', 'add', name(place));
      await within(place, 'link', 'set', 'lo', 'up');
    }
    await within('middle', 'addr', 'add', `${middleAddress}/32`, 'dev', 'lo');
    for (const [place, net] of [
      ['device', '10.88.1'],
      ['viewer', '10.88.2'],
    ] as const) {
      const link = `to-${place}`;
      await ip(
        'link',
        'add',
        link,
        'netns',
        name('middle'),
        'type',
        'veth',
        'peer',
        'name',
        'out',
        'netns',
        name(place),
      );
      await within('middle', 'addr', 'add', `${net}.1/24`, 'dev', link);
      await within(place, 'addr', 'add', `${net}.2/24`, 'dev', 'out');
      await within('middle', 'link', 'set', link, 'up');
      await within(place, 'link', 'set', 'out', 'up');
      await within(place, 'route', 'add', 'default', 'via', `${net}.1`);
    }
    await run('ip', ['netns', 'exec', name('middle'), 'sysctl', '-qw', 'net.ipv4.ip_forward=0']);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    start(place, program, args, env = process.env) {
      const child = spawn('ip', ['netns', 'exec', name(place), program, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env,
      });
      children.push(child);
      return child;
    },
    async run(place, program, args) {
      const { stdout } = await run('ip', ['netns', 'exec', name(place), program, ...args]);
      return stdout;
    },
    async launcher(place, program) {
      const path = join(folder, place);
      await writeFile(path, `#!/bin/sh\nexec ip netns exec ${name(place)} ${program} "$@"\n`, {
        mode: 0o755,
      });
      return path;
    },
    stop,
  };
}
