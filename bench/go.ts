import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The first build compiles Pion too: 20 s on two cores. */
const buildDeadlineMs = 300_000;
/** Where Debian's golang-*-dev packages keep their sources. */
const debianSources = '/usr/share/gocode';
const pion = join(debianSources, 'src/github.com/pion/webrtc/go.mod');

/** Programs in Go, built from `bench/peers/<name>` into a temporary folder. */
export interface GoPrograms {
  path(name: string): string;
  /** Removes them. */
  remove(): Promise<void>;
}

/** Builds programs that use Debian's Pion; gives the reason where that cannot be. */
export async function buildGo(names: readonly string[]): Promise<GoPrograms | string> {
  const packages = 'apt-get install golang golang-github-pion-webrtc.v3-dev';
  if (!(await works('go', ['version']))) return `there is no Go (${packages})`;
  if (!(await works('test', ['-e', pion]))) return `there is no Pion v3 in ${debianSources} (${packages})`;
  const folder = await mkdtemp(join(tmpdir(), 'vedette-go-'));
  try {
    for (const name of names) await build(folder, name);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function build(folder: string, name: string): Promise<void> {
  const source = join(folder, 'go/src', name);
  await mkdir(join(folder, 'go/src'), { recursive: true });
  await cp(join(import.meta.dirname, 'peers', name), source, { recursive: true });
  // Without modules Go still wants this file before it takes a /v3 in an import path for a version.
  await writeFile(join(source, 'go.mod'), `module ${name}\n`);
  await run('go', ['build', '-o', join(folder, name), name], {
    cwd: folder,
    timeout: buildDeadlineMs,
    env: { ...process.env, GO111MODULE: 'off', GOPATH: `${join(folder, 'go')}:${debianSources}` },
  });
}

const works = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );
