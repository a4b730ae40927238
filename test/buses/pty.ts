import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { until } from '../media/ready.ts';

/** Whether this machine has socat; tests that need it are skipped without. */
export const hasSocat = spawnSync('socat', ['-V']).error === undefined;

/** A serial line of two ends: one is a device file for us, the other is the device. */
export interface PtyPair {
  /** Our end. */
  readonly path: string;
  /** The end of the device. */
  readonly device: ReadStream;
  /** Plugs it in again under the same name; `device` is a new one then. */
  plug(): Promise<void>;
  /** Both ends are gone, as when the adapter is pulled out. */
  unplug(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** Makes a pair of pseudo-terminals. */
export async function openPty(): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-pty-'));
  const ends = [join(folder, 'ours'), join(folder, 'device')] as const;
  let socat: ChildProcess | undefined;
  let device: ReadStream | undefined;
  const unplug = async () => {
    device?.destroy();
    device = undefined;
    const child = socat;
    socat = undefined;
    if (!child) return;
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    for (const end of ends) rmSync(end, { force: true });
  };
  const plug = async () => {
    socat = spawn(
      'socat',
      ends.map((end) => `pty,raw,echo=0,link=${end}`),
      { stdio: 'ignore' },
    );
    await until('both ends', () => ends.every((end) => existsSync(end)));
    device = new ReadStream(openSync(ends[1], constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    device.on('error', () => {});
  };
  await plug();
  return {
    path: ends[0],
    get device() {
      if (!device) throw new Error('unplugged');
      return device;
    },
    plug,
    unplug,
    stop: async () => {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
