import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadSecret } from '../../src/access/secret.ts';
import { verifyToken } from '../../src/access/token.ts';
import { failureLines } from '../../src/cli/failure.ts';
import { VedetteError } from '../../src/errors.ts';
import { vedette } from './command-line.ts';

const commands = ['demo', 'init', 'run', 'check', 'devices', 'snapshot', 'embed', 'schema', 'version'];
const folder = mkdtempSync(join(tmpdir(), 'vedette-cli-'));
const back = process.cwd();
const good = join(folder, 'good.yaml');
const bad = join(folder, 'bad.yaml');
beforeAll(() => {
  writeFileSync(good, 'device: porch\ncameras:\n  door: { kind: test, width: 160, height: 90 }\n');
  writeFileSync(bad, 'device: porch\ncameras:\n  door: { kind: tset }\n');
});
afterAll(() => {
  process.chdir(back);
  rmSync(folder, { recursive: true });
});

describe('help', () => {
  test('lists every command', async () => {
    const { code, stdout } = await vedette('--help');
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toContain(`vedette ${command}`);
  });

  test.each(commands)('of %s has an example', async (command) => {
    const { code, stdout } = await vedette(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\n +vedette ${command}`));
  });
});

describe('a wrong command line', () => {
  test.each([
    [[], 'which command?'],
    [['chekc', 'x.yaml'], 'Did you mean check?'],
    [['run'], 'Not enough non-option arguments'],
    [['run', good, '--prot', '1'], 'Unknown argument: prot'],
    [['run', good, '--port', '70000'], '--port takes a whole number from 0 to 65535'],
    [['run', good, '--port', 'x'], '--port takes a whole number'],
    [['run', good, '--public-url', 'camera.example'], '--public-url takes an address that begins with'],
    [['run', good, '--log-level', 'loud'], 'Invalid values'],
    [['run', bad], `the profile ${bad} has mistakes: 1`],
    [['run', join(folder, 'none.yaml')], 'there is no profile at'],
    [['snapshot', 'door', '--port', '-1'], '--port takes'],
  ])('%j is answered with exit code 2, a sentence and a cure, and no stack', async (args, sentence) => {
    const { code, stdout, stderr } = await vedette(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^vedette: /);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/\n {2}cure: .+\n$/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('check', () => {
  test('says what a profile describes, and what its cameras give', async () => {
    const { code, stdout } = await vedette('check', good);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${good} is right: device "porch" with door (test camera)\n  door: yuv420p 160x90 at 30/s\n`,
    );
  });

  test('leaves cameras alone where told to', async () => {
    const { stdout } = await vedette('check', good, '--no-cameras');
    expect(stdout).not.toContain('yuv420p');
  });

  test('names file, line, column, key, what was found, what is allowed and the nearest word', async () => {
    const { code, stderr } = await vedette('check', bad);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /bad\.yaml:3:17 cameras\.door\.kind: found "tset", allowed: .*test.*; did you mean "test"\?/,
    );
  });

  test('prints the same as JSON', async () => {
    const { code, stdout } = await vedette('check', bad, '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      problems: [{ line: 3, column: 17, key: 'cameras.door.kind', suggestion: 'test' }],
    });
    expect(JSON.parse((await vedette('check', good, '--json')).stdout)).toMatchObject({
      ok: true,
      cameras: [{ feed: 'door', format: { width: 160 } }],
    });
  });

  test('tells of a camera that gives nothing, and tries the others', async () => {
    const file = join(folder, 'lost.yaml');
    writeFileSync(
      file,
      'device: a\ncameras:\n  lost: { kind: v4l2, device: /dev/video-none }\n  door: { kind: test, width: 160, height: 90 }\n',
    );
    const { code, stdout, stderr } = await vedette('check', file);
    expect(code).toBe(1);
    expect(stdout).toContain('lost: there is no camera at /dev/video-none\n  door: yuv420p 160x90');
    expect(stderr).toContain('(camera/not-found)');
  });
});

describe('embed', () => {
  test('prints HTML whose token may look and listen, and nothing else', async () => {
    vi.stubEnv('STATE_DIRECTORY', join(folder, 'state'));
    const { code, stdout } = await vedette('embed', good, 'door');
    const secret = await loadSecret(join(folder, 'state', 'identity'));
    vi.unstubAllEnvs();
    expect(code).toBe(0);
    expect(stdout).toContain('<script src="https://porch.local:8480/vedette-live.js"></script>');
    const [, token = ''] = /src="https:\/\/porch\.local:8480\/whep\/door" token="([^"]+)"/.exec(stdout) ?? [];
    expect(verifyToken(secret, token)).toEqual(['view', 'listen']);
    expect(stdout).not.toContain(secret.reveal());
  });

  test('knows the feeds of the profile', async () => {
    const { code, stderr } = await vedette('embed', good, 'window');
    expect(code).toBe(1);
    expect(stderr).toContain('choose one of: door');
  });
});

describe('schema', () => {
  const committed = new URL('../../devices/profile.schema.json', import.meta.url);

  test('is what the profiles of devices/ refer to', async () => {
    const { stdout } = await vedette('schema');
    expect(stdout, 'write it anew: ./bin/vedette schema > devices/profile.schema.json').toBe(
      readFileSync(committed, 'utf8'),
    );
  });

  test.each(['demo', 'camera', 'machine', 'doorbell'])(
    'the profile of devices/%s is right and names it',
    async (device) => {
      const file = new URL(`../../devices/${device}/profile.yaml`, import.meta.url);
      const [first = ''] = readFileSync(file, 'utf8').split('\n');
      expect(new URL(first.replace('# yaml-language-server: $schema=', ''), file).href).toBe(committed.href);
      expect((await vedette('check', file.pathname, '--no-cameras')).code).toBe(0);
    },
  );
});

describe('a failure', () => {
  test('of the system is told without a stack, a mistake of ours with one', () => {
    const denied = Object.assign(new Error("EACCES: permission denied, open '/x'"), {
      code: 'EACCES',
      syscall: 'open',
    });
    expect(failureLines(denied)).toEqual(["vedette: EACCES: permission denied, open '/x'"]);
    expect(failureLines(new TypeError('x is not a function')).join('\n')).toMatch(/report it.*\n +at /s);
  });

  test('ends with its own exit code', async () => {
    expect(new VedetteError('ffmpeg/missing').exitCode).toBe(3);
    const { code, stderr } = await vedette('snapshot', 'door', '--port', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('no device runs on this machine at port 1');
  });
});
