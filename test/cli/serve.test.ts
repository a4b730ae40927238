import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
let folder = '';
let device: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-serve-'));
  writeFileSync(
    join(folder, 'profile.yaml'),
    'device: porch\ncameras: { door: { kind: test, width: 160, height: 90 } }\n',
  );
});
afterEach(async () => {
  if (device && device.exitCode === null && device.signalCode === null) {
    device.kill('SIGKILL');
    await once(device, 'exit');
  }
  rmSync(folder, { recursive: true });
});

/** Starts a command; its outputs, and the exit code at its end. */
function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, STATE_DIRECTORY: join(folder, 'state'), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  device = child;
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk.toString('latin1');
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const printed = async (text: string) => {
    while (!stdout.includes(text)) {
      await Promise.race([
        once(child.stdout, 'data'),
        ended.then(() => Promise.reject(new Error(`it ended: ${stderr}`))),
      ]);
    }
    return stdout;
  };
  return { child, ended, printed };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a device in good order', async (signal) => {
  const { child, ended, printed } = start('run', folder, '--port', '0', '--json');
  const { local } = JSON.parse(await printed('\n')) as { local: string };
  expect((await fetch(`${local}healthz`)).status).toBe(200);
  child.kill(signal);
  expect((await ended).code).toBe(0);
});

test('the demo leaves nothing behind', async () => {
  const { child, ended, printed } = start('demo', '--port', '0', '--json');
  await printed('\n');
  expect(readdirSync(folder).filter((name) => name.startsWith('vedette-demo-'))).toHaveLength(1);
  child.kill('SIGTERM');
  await ended;
  expect(readdirSync(folder).filter((name) => name.startsWith('vedette-demo-'))).toEqual([]);
});

test('the secret of the link is printed to nobody who did not ask for it', async () => {
  const first = start('run', folder, '--port', '0', '--link');
  const secret = /#([\w-]{22})/.exec(await first.printed('this machine'))?.[1] ?? 'no link';
  expect(secret).toHaveLength(22);
  first.child.kill('SIGTERM');
  await first.ended;
  const second = start('run', folder, '--port', '0', '--log-level', 'trace');
  await second.printed('this machine');
  second.child.kill('SIGTERM');
  const { stdout, stderr } = await second.ended;
  expect(stdout + stderr).not.toContain(secret);
});

test('a port that is taken is named, with exit code 1', async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await start('run', folder, '--port', String(port)).ended;
  other.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^vedette: port ${port} .*taken`, 'm'));
  expect(stderr).not.toMatch(/^ +at /m);
});

test('a snapshot of the running device is written to a file and to stdout', async () => {
  const running = start('run', folder, '--port', '0', '--json');
  await running.printed('\n');
  const file = join(folder, 'door.jpg');
  const { code, stderr } = await start('snapshot', 'door', '--profile', folder, '-o', file).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`wrote ${file}`) });
  const unknown = await start('snapshot', 'yard', '--profile', folder).ended;
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no feed "yard"') });
  const { stdout } = await start('snapshot', 'door', '--profile', folder, '-o', '-').ended;
  // SOI and EOI (ITU-T T.81, B.1.1.3).
  expect([stdout.slice(0, 2), stdout.slice(-2)]).toEqual(['\xff\xd8', '\xff\xd9']);
  device = running.child;
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});
