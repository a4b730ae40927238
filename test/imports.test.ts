import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(join(root, 'tmp'), { recursive: true });
// Inside the repository, so that packages are found; in a folder that git and the checks leave out.
const project = mkdtempSync(join(root, 'tmp', 'imports-'));
afterAll(() => rmSync(project, { recursive: true }));

/** A small project under our rules: each file breaks one of them, or none. */
const files: readonly (readonly [file: string, text: string, rules: readonly string[]])[] = [
  ['media/frame.ts', 'export type Frame = 1;', []],
  ['media/camera.ts', "export { upward } from '../session/session.ts';", ['imports-of-media']],
  [
    'session/session.ts',
    "import '../rtp/packet.ts';\nimport '../media/frame.ts';\nexport const upward = 1;",
    [],
  ],
  ['session/peer.ts', "import 'werift';", ['werift-behind-transport']],
  ['transport/packets.ts', "import 'werift';\nimport '../rtp/packet.ts';", []],
  ['rtp/packet.ts', "import type { Frame } from '../media/frame.ts';\nexport type A = Frame;", []],
  ['rtp/pacer.ts', "import '../media/camera.ts';", ['imports-of-rtp']],
  ['access/decide.ts', "import '../protocol/scope.ts';\nimport '../clock.ts';", []],
  ['access/tested.ts', "import 'vitest';", ['only-real-dependencies']],
  ['access/lost.ts', "import './nowhere.ts';", ['only-real-dependencies', 'resolvable']],
  ['http/server.ts', "import '../agent.ts';", ['command-line-on-top', 'imports-of-http']],
  ['signaling/one.ts', "import './two.ts';", ['no-cycles']],
  // A cycle is told once, at its first file.
  ['signaling/two.ts', "import './one.ts';", []],
  ['helpers/text.ts', "import '../clock.ts';", ['rooms-have-rules']],
  ['protocol/scope.ts', 'export {};', []],
  ['agent.ts', "import './session/session.ts';", []],
  ['cli/main.ts', "import '../agent.ts';\nimport '../media/camera.ts';", []],
  ['clock.ts', "import './agent.ts';", ['command-line-on-top', 'words-import-nothing']],
];

test('a file that imports against the table breaks its rule, and no other does', () => {
  for (const name of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json']) {
    copyFileSync(join(root, name), join(project, name));
  }
  for (const [file, text] of files) {
    mkdirSync(dirname(join(project, 'src', file)), { recursive: true });
    writeFileSync(join(project, 'src', file), text);
  }
  const cruise = join(root, 'node_modules', '.bin', 'depcruise');
  const { stdout } = spawnSync(
    process.execPath,
    [cruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
    { cwd: project, encoding: 'utf8', maxBuffer: 50e6 },
  );
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  const found = files.map(([file]) => {
    const rules = summary.violations
      .filter(({ from }) => from === `src/${file}`)
      .map(({ rule }) => rule.name);
    return [file, [...new Set(rules)].sort()];
  });
  expect(found).toEqual(files.map(([file, , rules]) => [file, rules]));
});
