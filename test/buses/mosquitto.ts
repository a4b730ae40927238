import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this machine has mosquitto; tests that need it are skipped without. */
export const hasMosquitto =
  spawnSync('mosquitto', ['-h'], { env: { ...process.env, PATH: withSbin() } }).error === undefined;

/** A real broker on a free port of loopback. */
export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  /** Starts it again, on the same port, without what it had retained. */
  start(): Promise<void>;
  /** Ends it at once, without a word to anybody. */
  kill(): Promise<void>;
  /** Lets it say and hear nothing, with every connection as it is. */
  pause(paused: boolean): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** Starts a broker; `lines` are added to its configuration (users, limits, …). */
export async function startMosquitto(
  lines: readonly string[] = ['allow_anonymous true'],
): Promise<Mosquitto> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'vedette-mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, [`listener ${port} 127.0.0.1`, 'persistence false', ...lines, ''].join('\n'));
  let broker: ChildProcess | undefined;
  const start = async () => {
    broker = spawn('mosquitto', ['-c', file], { stdio: 'ignore', env: { ...process.env, PATH: withSbin() } });
    await answers(port);
  };
  const kill = async () => {
    const child = broker;
    broker = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    start,
    kill,
    pause: (paused) => void broker?.kill(paused ? 'SIGSTOP' : 'SIGCONT'),
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where Debian puts mosquitto; not everybody has it in PATH. */
function withSbin(): string {
  return `${process.env.PATH}:/usr/sbin`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Tries until somebody listens there. */
async function answers(port: number): Promise<void> {
  const endMs = performance.now() + 10_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    if (performance.now() > endMs) throw new Error(`mosquitto did not listen on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
