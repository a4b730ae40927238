import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check, TrustFigure } from '../check.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../disk/life.ts', import.meta.url));
const deadlineMs = 5 * 60_000;

export const check: Check = {
  title:
    'the disk is full, read-only, and fails: the picture goes on, it is told, and all is kept when the disk is back',
  async run() {
    if (process.getuid?.() !== 0) return 'a small file system of its own wants root';
    try {
      await run('unshare', ['--mount', 'true']);
    } catch (error) {
      return `there are no mount namespaces: ${(error as Error).message}`;
    }
    // Mounts of this namespace end with it.
    const child = spawn(
      'unshare',
      ['--mount', process.execPath, '--disable-warning=ExperimentalWarning', program],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: deadlineMs,
        killSignal: 'SIGKILL',
      },
    );
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const [code] = await once(child, 'close');
    const figures = printed === '' ? [] : (JSON.parse(printed) as TrustFigure[]);
    return [...figures, { what: 'crashes', value: code === 0 ? 0 : 1, unit: '', must: { atMost: 0 } }];
  },
};
