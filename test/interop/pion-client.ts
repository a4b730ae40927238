import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noAddress } from './own-address.ts';

const sources = join(import.meta.dirname, 'pion');
/** Where Debian's packages put Go libraries. */
const gocode = '/usr/share/gocode';

/** Why Pion's client cannot be built here; undefined where it can. */
export const pionMissing: string | undefined =
  noAddress ??
  (spawnSync('go', ['version']).status !== 0
    ? 'Go is not installed'
    : existsSync(join(gocode, 'src/github.com/pion/webrtc'))
      ? undefined
      : "Debian's golang-github-pion-webrtc.v3-dev is not installed");

/** The first build of a machine compiles all of Pion: 45 s on two cores; later ones take 1 to 4 s. */
export const pionBuildDeadlineMs = 300_000;

/** Pion's client, built into a folder of its own. */
export interface PionClient {
  readonly program: string;
  remove(): void;
}

/** Builds it from Debian's libraries alone. */
export function buildPionClient(): PionClient {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-pion-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Pion's import path has a major version, which is found in GOPATH only beside a go.mod.
  const program = join(folder, 'whep');
  const module = join(folder, 'src/whep');
  mkdirSync(module, { recursive: true });
  for (const file of readdirSync(sources)) copyFileSync(join(sources, file), join(module, file));
  writeFileSync(join(module, 'go.mod'), 'module whep\n');
  const { status, stderr } = spawnSync('go', ['build', '-ldflags', '-s -w', '-o', program, 'whep'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: pionBuildDeadlineMs,
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: `${folder}:${gocode}`,
      // There may be no C compiler, and nothing here needs one.
      CGO_ENABLED: '0',
    },
  });
  if (status !== 0) {
    remove();
    throw new Error(`Pion's client does not build: ${stderr}`);
  }
  return { program, remove };
}
