import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';

/** A device under test: the real command in a process of its own. */
export interface Device {
  /** Its page, on loopback. */
  readonly url: string;
  /** Where its profile lies; gone after `stop`. */
  readonly folder: string;
  readonly pid: number;
  /** Everything it printed, standard output and error, so far. */
  printed(): string;
  /** The sum of a metric over its labels, or undefined where there is none. */
  metric(name: string): Promise<number | undefined>;
  signal(signal: NodeJS.Signals): void;
  /** How it ended; of use after `signal`. */
  readonly exited: Promise<DeviceExit>;
  /** Sends SIGTERM and gives the exit code. */
  stop(): Promise<number | null>;
}

export interface DeviceExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface DeviceOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Beside the profile and the port; `--log-level debug` by default. */
  readonly flags?: readonly string[];
  /** A free one by default; browsers know a device at another port as another origin. */
  readonly port?: number;
}

const command = join(import.meta.dirname, '../../bin/vedette');
/** A device that has not come by then does not come. */
const startDeadlineMs = 60_000;

/** Starts `vedette run` on a profile and waits until it serves. */
export async function startDevice(
  profile: (place: { readonly folder: string }) => Readonly<Record<string, unknown>>,
  { env = {}, flags = ['--log-level', 'debug'], port: given }: DeviceOptions = {},
): Promise<Device> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-device-'));
  const path = join(folder, 'profile.yaml');
  const written = profile({ folder });
  // Tests announce nothing on a network that is not theirs.
  await writeFile(
    path,
    stringify({
      ...written,
      http: { mdns: false, ...(written.http as object | undefined) },
      // Tests stand for the owner at the device, and mind the time themselves.
      access: { loopback: true, clock: 'trusted', ...(written.access as object | undefined) },
      // The port after a free one may be taken.
      media: { tcpPort: 0, ...(written.media as object | undefined) },
    }),
  );
  const port = given ?? (await freePort());
  const child = spawn(command, ['run', path, '--port', String(port), ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VEDETTE_NODE: process.execPath, STATE_DIRECTORY: join(folder, 'state'), ...env },
  });
  const exited = once(child, 'exit').then(([code, signal]): DeviceExit => ({ code, signal }));
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const url = `http://127.0.0.1:${port}/`;
  try {
    await serving(child, url, () => printed);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url,
    folder,
    pid: child.pid as number,
    printed: () => printed,
    exited,
    signal: (signal) => void child.kill(signal),
    async metric(name) {
      const text = await (await fetch(new URL('metrics', url))).text();
      const values = text
        .split('\n')
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
      return values.length === 0
        ? undefined
        : values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

async function serving(child: ChildProcess, url: string, printed: () => string): Promise<void> {
  const deadline = performance.now() + startDeadlineMs;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`the device ended with ${child.exitCode}:\n${printed()}`);
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the device does not serve:\n${printed()}`);
    }
    // Without a pause the asking itself would keep it from starting.
    await delay(50);
  }
}

const answers = (url: string) =>
  fetch(new URL('healthz', url)).then(
    (response) => response.ok,
    () => false,
  );

/** A port that is free now; the gap until it is used is small, and a clash fails loudly. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
