import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { built } from './fixture.ts';

/** What a phone on a slow line can have before its first picture. */
const firstBytes = 150_000;

const compressed = async (file: string): Promise<number> =>
  gzipSync(await readFile(join(built, file))).length;

test('the script before the first picture stays small, and charts, events, people and settings are no part of it', async () => {
  const page = await readFile(join(built, 'index.html'), 'utf8');
  const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file = '']) => file);
  expect(first.length).toBeGreaterThan(0);
  let bytes = 0;
  for (const file of first) bytes += await compressed(file);
  expect(bytes).toBeLessThan(firstBytes);

  const assets = await readdir(join(built, 'assets'));
  for (const part of ['charts', 'events', 'settings', 'people', 'join'].map((name) => `vedette-${name}`)) {
    const file = assets.find((name) => name.startsWith(part) && name.endsWith('.js'));
    expect(file, part).toBeDefined();
    expect(first).not.toContain(`assets/${file}`);
  }
});

test('the service worker is small: a browser loads it again and again', async () => {
  expect(await compressed('sw.js')).toBeLessThan(5_000);
});
