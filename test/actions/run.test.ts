import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runAction } from '../../src/actions/run.ts';
import { opened, unstopped } from './opened.ts';
import { occasion } from './parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-run-'));
afterAll(() => rmSync(folder, { recursive: true }));
const out = (name: string) => join(folder, name);
/** A program of its own, as a maker would write one. */
const node = (script: string, ...args: string[]) => ({
  program: process.execPath,
  args: ['-e', script, ...args],
});

test('a program gets what happened in its environment and on its standard input, and no secret of ours', async () => {
  process.env.VEDETTE_TEST_SECRET = 'ours';
  const file = out('told.json');
  const script = `
    const input = require('node:fs').readFileSync(0, 'utf8');
    require('node:fs').writeFileSync(process.argv[1], JSON.stringify({ env: process.env, input: JSON.parse(input) }));`;
  const { action } = await opened(runAction, { ...node(script, file), env: { TOKEN: 'given' } });
  await action.run(occasion({ title: 'hot; $(reboot)' }), unstopped);
  delete process.env.VEDETTE_TEST_SECRET;
  const { env, input } = JSON.parse(readFileSync(file, 'utf8'));
  expect(env).toMatchObject({
    VEDETTE_DEVICE: 'boiler-room',
    VEDETTE_EVENT_ID: '0193-a',
    VEDETTE_EVENT_ON: 'raise',
    VEDETTE_EVENT_TITLE: 'hot; $(reboot)',
    VEDETTE_EVENT_SENSOR: 'machine.temperature',
    VEDETTE_EVENT_VALUE: '84.234',
    VEDETTE_EVENT_LINK: 'https://boiler-room.local:8480/?feed=machine',
    TOKEN: 'given',
  });
  expect(env).not.toHaveProperty('VEDETTE_TEST_SECRET');
  expect(input).toMatchObject({ on: 'raise', event: { id: '0193-a' }, device: { name: 'boiler-room' } });
});

test('arguments reach the program as they are: there is no shell', async () => {
  const file = out('args.json');
  const script = "require('node:fs').writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2)))";
  const words = ['a b', '$HOME', '; rm -rf x', '*', '"'];
  const { action } = await opened(runAction, node(script, file, ...words));
  await action.run(occasion(), unstopped);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(words);
});

test('a program that fails says why, by its last words', async () => {
  const { action } = await opened(runAction, node("console.error('no such beacon'); process.exitCode = 3"));
  await expect(action.run(occasion(), unstopped)).rejects.toMatchObject({
    code: 'action/program-failed',
    data: { detail: 'no such beacon' },
  });
});

test('a program that takes too long is ended, and with it what it has started', async () => {
  const file = out('child.pid');
  const script = `
    const child = require('node:child_process').spawn('sleep', ['1000']);
    require('node:fs').writeFileSync(process.argv[1], String(child.pid));
    setInterval(() => {}, 1000);`;
  const { action } = await opened(runAction, { ...node(script, file), timeout: '5s' });
  await expect(action.run(occasion(), unstopped)).rejects.toMatchObject({ code: 'action/program-slow' });
  const pid = Number(readFileSync(file, 'utf8'));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('a program that floods its output, and reads nothing, is no trouble', async () => {
  const { action } = await opened(
    runAction,
    node(
      "process.stdin.destroy(); process.stdout.write('x'.repeat(3_000_000)); process.stderr.write('y'.repeat(1_000_000))",
    ),
  );
  await action.run(occasion(), unstopped);
});

test('a stop ends a program that runs', async () => {
  const stopping = new AbortController();
  const { action } = await opened(runAction, { program: 'sleep', args: ['1000'] });
  const run = action.run(occasion(), stopping.signal);
  stopping.abort();
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
});

test('check and run name a program that is missing, and one that may not be run', async () => {
  const plain = out('plain.txt');
  writeFileSync(plain, '', { mode: 0o600 });
  for (const program of ['no-such-program-at-all', '/no/such/program', plain]) {
    const { action } = await opened(runAction, { program });
    await expect(action.run(occasion(), unstopped)).rejects.toMatchObject({ code: 'action/program-missing' });
    await expect(runAction.check?.(runAction.options.parse({ program }))).rejects.toMatchObject({
      code: 'action/program-missing',
      exitCode: 3,
    });
  }
});

/** Zombies are dead: whoever reaps them may take its time. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
