import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feed } from './bench-device.ts';
import type { Benchmark } from './benchmark.ts';
import { figures } from './statistics.ts';

const starts = 10;
/** Asked this often whether it answers: seldom enough to leave the processor to it. */
const askEveryMs = 10;
const deadlineMs = 20_000;
const command = join(import.meta.dirname, '../bin/vedette');

export const benchmark: Benchmark = {
  title: 'process start to its HTTP server answering; under 1,500 ms',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
    try {
      const profile = join(folder, 'profile.yaml');
      await writeFile(profile, `device: bench\ncameras:\n  ${feed}:\n    kind: test\n`);
      const samples: number[] = [];
      for (let count = 0; count < starts; count += 1)
        samples.push(await start(profile, join(folder, 'state')));
      return figures('vedette run', samples, 'ms');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function start(profile: string, state: string): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(command, ['run', profile, '--port', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, VEDETTE_NODE: process.execPath, STATE_DIRECTORY: state },
  });
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`vedette run ended with ${child.exitCode}`);
      if (performance.now() - startedAt > deadlineMs) throw new Error('vedette run does not answer');
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
    return performance.now() - startedAt;
  } finally {
    if (child.exitCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
  }
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
