import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
/** The registry may be slow, and the machine small. */
const setupDeadlineMs = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'vedette-fresh-'));
const clone = join(folder, 'vedette');
/** As somebody who has never seen Vedette: a home of their own, and nothing of this checkout in PATH. */
const env = {
  ...process.env,
  HOME: join(folder, 'home'),
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !entry.includes('node_modules'))
    .join(delimiter),
};
let demo: ChildProcess | undefined;

beforeAll(() => {
  mkdirSync(env.HOME);
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${repository}`, clone]);
});
afterAll(async () => {
  if (demo && demo.exitCode === null) {
    demo.kill('SIGKILL');
    await once(demo, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

test('./bin/vedette demo sets itself up in a fresh clone, streams, and ends in good order', {
  timeout: setupDeadlineMs,
}, async () => {
  demo = spawn(join(clone, 'bin/vedette'), ['demo', '--port', '0', '--json'], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  demo.stderr?.on('data', (chunk) => {
    told += chunk;
  });
  const line = await new Promise<string>((resolve, reject) => {
    if (demo?.stdout) createInterface(demo.stdout).once('line', resolve);
    demo?.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${told}`)));
  });
  const { local, links, device } = JSON.parse(line) as { local: string; links: string[]; device: string };
  expect(device).toBe('demo');
  expect(links[0]).toMatch(/^https:\/\/demo\.local:\d+\/#[\w-]{22}$/);
  expect(await (await fetch(local)).text()).toContain('<!doctype html>');
  const snapshot = await fetch(`${local}api/snapshot/front-door.jpg`);
  expect(snapshot.headers.get('content-type')).toBe('image/jpeg');
  await snapshot.arrayBuffer();
  const ended = once(demo, 'exit');
  demo.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('./bin/test ends with its count in a fresh clone', { timeout: setupDeadlineMs }, () => {
  const { status, stdout } = spawnSync(join(clone, 'bin/test'), ['test/summary.test.ts'], {
    cwd: clone,
    env,
    encoding: 'utf8',
  });
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\d+ passed, 0 failed$/);
  expect(status).toBe(0);
});
