import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseProfile } from '../../src/profile/load.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md', 'devices/*/README.md', 'src/viewer/README.md'], {
  cwd: root,
});

describe('the documents', () => {
  test.each(pages)('%s links to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s#]+)[^)]*\)|src="([^"]+)"/g)]
      .map(([, link, image]) => link ?? image ?? '')
      .filter((link) => !/^\w+:/.test(link));
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  test('every decision is in the index', () => {
    const index = read('docs/decisions/README.md');
    const records = globSync('*.md', { cwd: join(root, 'docs/decisions') });
    expect(records.filter((name) => name !== 'README.md' && !index.includes(`](${name})`))).toEqual([]);
  });

  test('every package has its row, and every row its package', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const packages = Object.keys({ ...dependencies, ...devDependencies });
    const rows = read('docs/decisions/dependencies.md')
      .split('\n')
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const typesAlone = (name: string) => name.startsWith('@types/');
    expect(rows.filter((name) => name !== '@types/…').sort()).toEqual(
      packages.filter((name) => !typesAlone(name)).sort(),
    );
  });

  test.each(['README.md', 'docs/decisions/profile-shape.md'])('the profile in %s is right', (page) => {
    const [, text = ''] = /```yaml\n(device:[^`]*)```/.exec(read(page)) ?? [];
    const { feeds } = parseProfile(page, text, { env: {}, readFile: () => '' });
    expect(feeds.map(({ name }) => name)).toEqual(['door']);
    expect(text.trim().split('\n')).toHaveLength(5);
  });
});
