import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { serviceManager } from '../src/service-manager.ts';

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

test('what the service manager set is read, and taken from those that this process starts', () => {
  const env: NodeJS.ProcessEnv = {
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '30000000',
    WATCHDOG_PID: '42',
    HOME: '/',
  };
  expect(serviceManager(env, 42)?.watchdogMs).toBe(30_000);
  expect(env).toEqual({ HOME: '/' });
  expect(serviceManager(env)).toBeUndefined();
});

test('a watchdog of another process, and one that is none, are not fed', () => {
  const socket = { NOTIFY_SOCKET: '/run/systemd/notify' };
  expect(serviceManager({ ...socket, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '41' }, 42)?.watchdogMs).toBe(
    undefined,
  );
  expect(serviceManager({ ...socket, WATCHDOG_USEC: '30000000' }, 42)?.watchdogMs).toBe(30_000);
  for (const nonsense of ['', '0', '-1', 'soon']) {
    expect(serviceManager({ ...socket, WATCHDOG_USEC: nonsense }, 42)?.watchdogMs).toBeUndefined();
  }
});

/** A socket as systemd's, by a program that can make one; prints each message as JSON. */
const listener = `
import json, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('ready', flush=True)
while True:
  print(json.dumps(s.recv(4096).decode()), flush=True)
`;

describe.skipIf(!has('systemd-notify') || !has('python3'))('with a socket as of systemd', () => {
  let child: ChildProcess | undefined;
  let folder = '';
  afterEach(async () => {
    if (child?.kill()) await once(child, 'exit');
    child = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  test('every word arrives there', async () => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-notify-'));
    const socket = join(folder, 'notify');
    child = spawn('python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value as string;
    expect(await next()).toBe('ready');
    const manager = serviceManager({ NOTIFY_SOCKET: socket, PATH: process.env.PATH });
    const told = manager?.notify('READY=1', 'STATUS=2 watch');
    const words = JSON.parse(await next()).split('\n');
    expect(words).toEqual(expect.arrayContaining(['READY=1', 'STATUS=2 watch']));
    await told;
  });

  test('nobody there is an error that can be told', async () => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-notify-'));
    const manager = serviceManager({ NOTIFY_SOCKET: join(folder, 'none'), PATH: process.env.PATH });
    await expect(manager?.notify('READY=1')).rejects.toThrow();
  });
});
