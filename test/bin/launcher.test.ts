import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** What the launcher itself needs of the system; everything else is put there by a test. */
const tools = [
  'sh',
  'env',
  'dirname',
  'readlink',
  'find',
  'head',
  'id',
  'sed',
  'mktemp',
  'rm',
  'mkdir',
  'touch',
  'ln',
  'cat',
  'chmod',
];
const past = new Date('2020-01-01');

/** A repository in which everything is set up, on a machine that has nothing but the launcher's tools. */
class Machine {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'vedette-launcher-')));
  readonly root = join(this.home, 'clone');
  readonly path = join(this.home, 'path');
  readonly calls = join(this.home, 'calls');

  constructor() {
    made.push(this.home);
    for (const name of ['vedette', 'setup.sh']) {
      this.file(`bin/${name}`, readFileSync(join(repository, 'bin', name), 'utf8'), 0o755);
    }
    copyFileSync(join(repository, 'package.json'), join(this.root, 'package.json'));
    this.file('package-lock.json', '{}');
    this.file(
      'src/cli/main.ts',
      'const told: object = { args: process.argv.slice(2), cwd: process.cwd(), node: process.argv0 };\nconsole.log(JSON.stringify(told));',
    );
    this.file('src/viewer/main.ts', '');
    this.file('src/protocol/scope.ts', '');
    this.file('src/identity/keys.ts', '');
    this.file('vite.config.ts', '');
    for (const file of [
      'package-lock.json',
      'src/viewer',
      'src/viewer/main.ts',
      'src/protocol',
      'src/protocol/scope.ts',
      'src/identity',
      'src/identity/keys.ts',
      'vite.config.ts',
    ]) {
      utimesSync(join(this.root, file), past, past);
    }
    this.file('node_modules/.package-lock.json', '{}');
    this.file(
      'node_modules/vite/bin/vite.js',
      `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(this.calls)}, 'vite build\\n');
mkdirSync('dist/viewer', { recursive: true });
writeFileSync('dist/viewer/index.html', '');`,
    );
    this.file('dist/viewer/index.html', '');
    mkdirSync(this.path);
    for (const tool of tools) {
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        join(this.path, tool),
      );
    }
  }

  /** A file of the clone. */
  file(name: string, text: string, mode = 0o644): void {
    const file = join(this.root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  /** A program in PATH, that notes its call and then does `script`. */
  program(name: string, script = ''): this {
    const file = join(this.path, name);
    rmSync(file, { force: true });
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>'${this.calls}'\n${script}\n`);
    chmodSync(file, 0o755);
    return this;
  }

  node(version?: string): this {
    if (version === undefined) {
      rmSync(join(this.path, 'node'), { force: true });
      symlinkSync(process.execPath, join(this.path, 'node'));
      return this;
    }
    return this.program('node', `[ "$1" = --version ] && echo ${version}`);
  }

  /** An npm whose `ci` puts there what the real one does, and whose `install` a Node.js for the moment. */
  npm(): this {
    const bin = 'node_modules/.bin';
    return this.program(
      'npm',
      `mkdir -p ${bin}; ln -sf '${process.execPath}' ${bin}/node
cp() { cat "$1" >"$2"; chmod +x "$2"; }
case $1 in ci) touch node_modules/.package-lock.json ;; install) cp '${join(this.path, 'npm')}' ${bin}/npm ;; esac`,
    );
  }

  start(
    args: readonly string[],
    { env = {}, cwd = this.home, launcher = join(this.root, 'bin/vedette') } = {},
  ) {
    const { status, stdout, stderr } = spawnSync(launcher, args, {
      cwd,
      env: { PATH: this.path, HOME: this.home, TMPDIR: this.home, ...env },
      encoding: 'utf8',
    });
    const told =
      stdout === '' ? undefined : (JSON.parse(stdout) as { args: string[]; cwd: string; node: string });
    return { status, told, stderr, calls: this.takeCalls() };
  }

  takeCalls(): string[] {
    const lines = existsSync(this.calls) ? readFileSync(this.calls, 'utf8').trim().split('\n') : [];
    rmSync(this.calls, { force: true });
    return lines.filter((line) => !line.startsWith('node '));
  }
}

test('where everything is in place it says nothing, calls nothing and hands everything on', () => {
  const machine = new Machine().node().program('ffmpeg');
  const { status, told, stderr, calls } = machine.start(['run', 'my device.yaml', '--port', '1']);
  expect({ status, stderr, calls }).toEqual({ status: 0, stderr: '', calls: [] });
  expect(told).toMatchObject({ args: ['run', 'my device.yaml', '--port', '1'], cwd: machine.home });
});

test('it starts through symbolic links, from any folder', () => {
  const machine = new Machine().node();
  mkdirSync(join(machine.home, 'links'));
  symlinkSync('../clone/bin/vedette', join(machine.home, 'links/inner'));
  symlinkSync(join(machine.home, 'links/inner'), join(machine.home, 'outer'));
  const { told } = machine.start(['version'], { launcher: join(machine.home, 'outer'), cwd: '/' });
  expect(told).toMatchObject({ args: ['version'], cwd: '/' });
});

test.each([
  ['v18.19.0', false],
  ['v22.17.1', false],
  ['v22.18.0', true],
  ['v23.5.0', false],
  ['v23.6.0', true],
  ['v24.0.0', true],
  ['v30.1.0', true],
  ['nonsense', false],
])('a Node.js %s in PATH is new enough: %s', (version, enough) => {
  const machine = new Machine().node(version).npm();
  mkdirSync(join(machine.root, 'node_modules/.bin'));
  symlinkSync(process.execPath, join(machine.root, 'node_modules/.bin/node'));
  // The stand-in prints nothing where it is chosen; the dependencies' own starts the program.
  expect(machine.start(['version']).told === undefined).toBe(enough);
});

test('a fresh clone gets its dependencies, without leaving the folder it was called in', () => {
  const machine = new Machine().node().npm();
  rmSync(join(machine.root, 'node_modules/.package-lock.json'));
  const { status, told, stderr, calls } = machine.start(['check', 'x.yaml']);
  expect(status).toBe(0);
  expect(calls).toEqual([expect.stringMatching(/^npm ci --include=dev /)]);
  expect(stderr).toBe('vedette: installing dependencies (about a minute)\n');
  expect(told?.cwd).toBe(machine.home);
});

test('dependencies are installed again where the lockfile has changed', () => {
  const machine = new Machine().node().npm();
  utimesSync(join(machine.root, 'node_modules/.package-lock.json'), past, past);
  utimesSync(join(machine.root, 'package-lock.json'), new Date(), new Date());
  expect(machine.start(['version']).calls).toEqual([expect.stringMatching(/^npm ci /)]);
  expect(machine.start(['version']).calls).toEqual([]);
});

test('beside an old Node.js, npm runs on a new one and brings one for good', () => {
  const machine = new Machine().node('v18.19.0').npm();
  rmSync(join(machine.root, 'node_modules/.package-lock.json'));
  const first = machine.start(['version']);
  expect(first.calls).toEqual([
    expect.stringMatching(/^npm install node@\d+\.\d+\.\d+ npm@\d+\.\d+\.\d+ /),
    expect.stringMatching(/^npm ci /),
  ]);
  expect(first.told?.args).toEqual(['version']);
  expect(machine.start(['version'])).toMatchObject({ status: 0, stderr: '', calls: [] });
});

test('npm that fails is the end, with what to do', () => {
  const machine = new Machine().node().program('npm', 'echo broken >&2; exit 7');
  rmSync(join(machine.root, 'node_modules/.package-lock.json'));
  const { status, stderr } = machine.start(['version']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/broken\nvedette: npm could not install the dependencies\nvedette: run it again: /);
});

test('without npm and without a way to install it, it says what to install', () => {
  const machine = new Machine();
  rmSync(join(machine.root, 'node_modules'), { recursive: true });
  const { status, stderr } = machine.start(['version']);
  expect(status).toBe(3);
  expect(stderr).toMatch(/npm is missing .*\nvedette: install it with the system's package manager/);
});

test.runIf(process.getuid?.() === 0)('root gets npm from the system, after its package lists', () => {
  const machine = new Machine().node().npm();
  const npm = readFileSync(join(machine.path, 'npm'), 'utf8');
  rmSync(join(machine.path, 'npm'));
  writeFileSync(join(machine.home, 'npm'), npm, { mode: 0o755 });
  machine.program(
    'apt-get',
    `lists='${machine.home}/lists'
case $1 in update) touch "$lists" ;; install) [ -e "$lists" ] || exit 100; ln -s '${machine.home}/npm' '${machine.path}/npm' ;; esac`,
  );
  rmSync(join(machine.root, 'node_modules/.package-lock.json'));
  const { status, calls } = machine.start(['version']);
  expect(status).toBe(0);
  expect(calls.map((call) => call.split(' ', 2).join(' '))).toEqual([
    'apt-get install',
    'apt-get update',
    'apt-get install',
    'npm ci',
  ]);
});

test.each([
  ['apt-get', 'apt-get install -y --no-install-recommends ffmpeg'],
  ['dnf', 'dnf install -y ffmpeg-free'],
  ['pacman', 'pacman -S --noconfirm --needed ffmpeg'],
  ['apk', 'apk add ffmpeg'],
])('without ffmpeg, and where %s may not install it, the command is printed', (manager, command) => {
  const machine = new Machine()
    .node()
    .program(manager, 'exit 1')
    .program('id', 'echo 1000')
    .program('sudo', 'exit 1');
  const { status, stderr, told } = machine.start(['demo']);
  expect({ status, told }).toEqual({ status: 3, told: undefined });
  expect(stderr).toBe(
    `vedette: ffmpeg is missing (it reads cameras and encodes pictures)\nvedette: install it: sudo ${command}\n`,
  );
});

test('a user who may use sudo without a password gets ffmpeg installed', () => {
  const machine = new Machine().node().program('id', 'echo 1000').program('sudo', 'shift; "$@"');
  const ffmpeg = join(machine.path, 'ffmpeg');
  machine.program('apt-get', `ln -s /bin/true '${ffmpeg}'`);
  const { status, stderr } = machine.start(['demo']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'vedette: installing ffmpeg\n' });
});

test('ffmpeg is wanted only where a device runs', () => {
  const machine = new Machine().node();
  expect(machine.start(['version']).status).toBe(0);
  expect(machine.start(['run', '--help']).status).toBe(0);
  expect(machine.start(['run', 'x.yaml']).status).toBe(3);
});

test('the page is built where it is missing or older than its sources, and only for a device that runs', () => {
  const machine = new Machine().node().program('ffmpeg');
  const page = join(machine.root, 'dist/viewer/index.html');
  expect(machine.start(['demo']).calls).toEqual([]);
  rmSync(page);
  expect(machine.start(['check', 'x']).calls).toEqual([]);
  expect(machine.start(['demo'])).toMatchObject({
    calls: ['vite build'],
    stderr: 'vedette: building the page\n',
  });
  expect(machine.start(['demo']).calls).toEqual([]);
  utimesSync(page, past, past);
  utimesSync(join(machine.root, 'src/protocol/scope.ts'), new Date(), new Date());
  expect(machine.start(['demo']).calls).toEqual(['vite build']);
});

test('VEDETTE_NODE is used before all others, and refused where it is too old', () => {
  const machine = new Machine().node('v18.0.0').npm();
  expect(machine.start(['version'], { env: { VEDETTE_NODE: process.execPath } }).told?.node).toBe(
    process.execPath,
  );
  const old = join(machine.path, 'node');
  const { status, stderr } = machine.start(['version'], { env: { VEDETTE_NODE: old } });
  expect(status).toBe(3);
  expect(stderr).toContain(`VEDETTE_NODE=${old} is not a Node.js of 22.18 or newer`);
});

const shellcheck = spawnSync('shellcheck', ['--version']).status === 0;
test.runIf(shellcheck)('shellcheck has nothing to say about the launchers', () => {
  const scripts = ['bin/vedette', 'bin/test', '.ci/run'];
  const { stdout } = spawnSync('shellcheck', ['-x', ...scripts], { cwd: repository, encoding: 'utf8' });
  expect(stdout).toBe('');
});
