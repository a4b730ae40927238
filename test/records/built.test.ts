import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const sources = join(import.meta.dirname, '../../src');

/** As the build has it: JavaScript, whose imports end in `.js`. The packages are found where they are. */
async function build(folder: string): Promise<void> {
  const { mkdir, symlink } = await import('node:fs/promises');
  for (const room of ['records', 'media', 'protocol', ''])
    for (const path of await readdir(join(sources, room), { recursive: room !== '' })) {
      const file = join(sources, room, path);
      if (!path.endsWith('.ts')) continue;
      const built = join(folder, 'dist', relative(sources, file)).replace(/\.ts$/, '.js');
      await mkdir(dirname(built), { recursive: true });
      const code = stripTypeScriptTypes(await readFile(file, 'utf8'));
      await writeFile(built, code.replace(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'"));
    }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(join(sources, '../node_modules'), join(folder, 'node_modules'));
}

const program = `
  import { openRecords } from './dist/records/records.js';
  import { RecordsSettings } from './dist/records/settings.js';
  import { systemClock as clock } from './dist/clock.js';
  import { pino } from 'pino';
  const settings = RecordsSettings.parse({ reserve: '1kB' });
  const records = await openRecords({ folder: process.argv[2], settings, clock, log: pino({ level: 'silent' }) });
  const id = '0198c0de-0000-7000-8000-000000000000';
  await records.addEvent({ id, type: 'alarm', time: 1, severity: 'info', title: 'Built', snapshot: false });
  console.log((await records.events({ limit: 1 }))[0].title);
  await records.stop();
`;

test('records are kept by a thread when they are built as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-built-'));
  try {
    await build(folder);
    await writeFile(join(folder, 'program.js'), program);
    const { stdout } = await run(process.execPath, [join(folder, 'program.js'), join(folder, 'state')]);
    expect(stdout).toBe('Built\n');
    expect(await readdir(join(folder, 'dist/records/store'))).not.toContain('worker.ts');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
