import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptFiles } from '../../src/records/kept-files.ts';
import { mendClips } from '../../src/records/mend-clips.ts';

const log = pino({ level: 'silent' });
const name = '0198c0de-0000-7000-8000-000000000000.door.mp4';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-mend-'));
  await writeFile(join(folder, `${name}.part`), 'nothing of a film');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what cannot be played goes', async () => {
  await mendClips([`${name}.part`], new KeptFiles(folder), log);
  expect(await readdir(folder)).toEqual([]);
});

test('what is left of a clip stays where the disk does not take it mended', async () => {
  // Stands for a disk that is full or read-only, which no test may make.
  await mkdir(join(folder, `mended-${name}.part`));
  await mendClips([`${name}.part`], new KeptFiles(folder), log);
  expect(await readdir(folder)).toContain(`${name}.part`);
});

test('what a crash left of mending does not take the clip with it', async () => {
  await writeFile(join(folder, `mended-${name}.part`), 'half of it');
  const told: string[] = [];
  const listening = pino({ level: 'debug' }, { write: (line) => told.push(JSON.parse(line).err.message) });
  await mendClips([`${name}.part`], new KeptFiles(folder), listening);
  // It was read, for what was in the way is gone.
  expect(told).toEqual([expect.not.stringMatching('EEXIST')]);
  expect(await readdir(folder)).toEqual([]);
});

test('what is not mended when the device stops waits for the next start', async () => {
  await mendClips([`${name}.part`], new KeptFiles(folder), log, AbortSignal.abort());
  expect(await readdir(folder)).toEqual([`${name}.part`]);
});
