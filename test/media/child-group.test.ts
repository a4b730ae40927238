import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startChild } from '../../src/media/child-group.ts';
import { alive, until } from './ready.ts';

const sh = (script: string, fed = false) => startChild({ program: '/bin/sh', args: ['-c', script], fed });

/** Reads the first line a child writes. */
async function firstLine(child: ReturnType<typeof startChild>): Promise<string> {
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += String(chunk);
  });
  await until('a line', () => text.includes('\n'));
  return text.split('\n')[0] ?? '';
}

test('a program that is not there is a failed exit, not an exception', async () => {
  const child = startChild({ program: '/nonexistent/ffmpeg', args: [] });
  expect((await child.gone).failed?.code).toBe('ENOENT');
  await child.stop();
});

test('stop ends what the child started too, even where both ignore TERM', async () => {
  const child = sh('trap "" TERM; sleep 1000 & echo $!; wait; sleep 1000');
  const grandchild = Number(await firstLine(child));
  expect(alive(grandchild)).toBe(true);
  await child.stop();
  expect(alive(child.pid ?? 0)).toBe(false);
  await until('the grandchild gone', () => !alive(grandchild));
});

test('a child that is stopped (SIGSTOP) is ended', async () => {
  const child = sh('echo ready; exec sleep 1000');
  await firstLine(child);
  process.kill(child.pid ?? 0, 'SIGSTOP');
  await child.stop();
  expect(alive(child.pid ?? 0)).toBe(false);
});

test('what a child leaves behind when it ends by itself is ended too', async () => {
  const child = sh('sleep 1000 & echo $!');
  const grandchild = Number(await firstLine(child));
  await until('the grandchild gone', () => !alive(grandchild));
});

test('a flood on stderr keeps the last twenty short lines', async () => {
  const child = sh('i=0; while [ $i -lt 5000 ]; do echo "line $i" >&2; i=$((i+1)); done');
  await child.gone;
  expect(child.lastLines()).toHaveLength(20);
  expect(child.lastLines().at(-1)).toBe('line 4999');
});

test('a line without end is cut', async () => {
  const child = sh('head -c 3000000 /dev/zero | tr "\\0" x >&2');
  await child.gone;
  expect(child.lastLines().map(({ length }) => length)).toEqual([300]);
});

test('passwords in URLs and addresses are not kept', async () => {
  const child = sh('echo "rtsp://me:secret@10.1.2.3:554/live: refused, tcp 10.1.2.3:554" >&2');
  await child.gone;
  expect(child.lastLines()).toEqual(['[address] refused, tcp [address]']);
});

test('children end when our process exits without stopping them', async () => {
  const module = new URL('../../src/media/child-group.ts', import.meta.url).pathname;
  const script = `
    import { startChild } from ${JSON.stringify(module)};
    const child = startChild({ program: '/bin/sleep', args: ['1000'] });
    console.log(child.pid);
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  await until('the child gone', () => !alive(Number(stdout)));
});
