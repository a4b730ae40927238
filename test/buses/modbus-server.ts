import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('modbusServer.py', import.meta.url));

/** Whether this machine has pymodbus; tests that need it are skipped without. */
export const hasPymodbus = spawnSync(python, [program, 'check']).status === 0;

/** A real Modbus server: what it holds is in modbusServer.py. */
export interface ModbusServer {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

/** Serves on a free port of loopback. */
export async function startModbusTcp(): Promise<ModbusServer> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(python, [program, 'tcp', String(port)], { stdio: ['pipe', 'ignore', 'ignore'] });
    await listening(port);
  };
  await start();
  return {
    url: `tcp://127.0.0.1:${port}`,
    start,
    kill: async () => {
      await ended(server);
      server = undefined;
    },
  };
}

/** Serves on a serial line; resolves when it was told to, for there is no sign of its being ready. */
export function startModbusRtu(path: string): { stop(): Promise<void> } {
  const server = spawn(python, [program, 'rtu', path], { stdio: ['pipe', 'ignore', 'ignore'] });
  return { stop: () => ended(server) };
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number): Promise<void> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    if (performance.now() > endMs) throw new Error(`nobody listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
