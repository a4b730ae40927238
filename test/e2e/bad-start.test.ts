import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { vedette } from '../cli/command-line.ts';
import { runCommand } from './command.ts';
import { startDevice } from './device.ts';

/** Looks like nothing else in what is printed. */
const secret = 'hunter2secret';
const good = 'device: e2e\ncameras:\n  door: { kind: test }\nhttp: { port: 0, tls: off }\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a profile of this text. */
async function run(text: string | Buffer, env: NodeJS.ProcessEnv = {}) {
  await writeFile(join(folder, 'profile.yaml'), text);
  return runCommand(['run', folder], { STATE_DIRECTORY: join(folder, 'state'), ...env });
}

/**
 * The same for a profile that nothing is started with: in this process, since to start one takes longer than all it does.
 * The long suite starts one for each.
 */
async function refused(text: string | Buffer, env: Readonly<Record<string, string>> = {}) {
  if (process.env.VEDETTE_LONG !== undefined) return run(text, env);
  await writeFile(join(folder, 'profile.yaml'), text);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    const { code, stdout, stderr } = await vedette('run', folder);
    return { code, printed: stdout + stderr };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** A stack trace is for our own mistakes. */
const stackTrace = /\n\s+at |this is a mistake in Vedette/;

describe('a wrong profile ends with code 2, its place and no stack trace', () => {
  test.each([
    [
      'an unknown key',
      'device: e2e\ncameras:\n  door: { kind: test, widht: 3 }\n',
      ':3:23',
      'did you mean "width"',
    ],
    ['an unknown kind', 'device: e2e\ncameras:\n  door: { kind: v4l }\n', ':3:17', 'did you mean "v4l2"'],
    [
      'a number that is a word',
      'device: e2e\ncameras:\n  door: { kind: test, width: wide }\n',
      ':3:30',
      '"wide"',
    ],
    ['a number out of range', `${good}limits: { viewers: 0 }\n`, ':5:20', '0'],
    ['a device without a name', 'cameras:\n  door: { kind: test }\n', ':1:1', 'device'],
    ['a name that is none', 'device: My Door!\ncameras:\n  door: { kind: test }\n', ':1:9', 'small letters'],
    ['no camera', 'device: e2e\ncameras: {}\n', ':2:10', 'at least one camera'],
    ['a key given twice', `${good}device: again\n`, ':5:1', 'stands twice'],
    ['text that is no YAML', 'device: [e2e\ncameras: }', ':', ''],
    ['a list', '- device\n- e2e\n', ':1:1', 'a map of'],
    ['nothing', '', ':1:1', 'found nothing'],
    ['bytes that are no text', Buffer.from([0, 255, 254, 0, 13, 7]), ':1:1', ''],
    [
      'an environment variable that is not set',
      `device: e2e\ncameras:\n  door: { kind: rtsp, url: "\${NO_SUCH_VARIABLE}" }\n`,
      ':3:',
      'NO_SUCH_VARIABLE',
    ],
    [
      'a file of a secret that is not there',
      'device: e2e\ncameras:\n  door: { kind: rtsp, url: "file:/no/such" }\n',
      ':3:',
      '/no/such',
    ],
    [
      'aliases that multiply',
      `a: &a [1,2,3,4,5,6,7,8,9]\n${[...'bcdefgh'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`)}]`).join('\n')}\n`,
      ':1:1',
      '',
    ],
  ])('%s', async (_name, text, place, words) => {
    const { code, printed } = await refused(text);
    expect(printed).toContain(`profile.yaml${place}`);
    expect(printed).toContain(words);
    expect(printed).toContain('(profile/invalid)');
    expect(printed).not.toMatch(stackTrace);
    expect(code).toBe(2);
  });

  test('a profile that is not there', async () => {
    const { code, printed } = await runCommand(['run', join(folder, 'nothing.yaml')]);
    expect([code, printed]).toEqual([2, expect.stringContaining('(profile/not-found)')]);
  });

  test('by the command itself, with a secret in it', async () => {
    const { code, printed } = await run(
      `device: e2e\ncameras:\n  door: { kind: rtsp, urll: "rtsp://me:${secret}@camera/x" }\n`,
    );
    expect([code, printed]).toEqual([2, expect.stringContaining('profile.yaml:3:')]);
    expect(printed).not.toContain(secret);
    expect(printed).not.toMatch(stackTrace);
  });

  test.each([
    [
      'in its address',
      `device: e2e\ncameras:\n  door: { kind: rtsp, url: "gopher://me:${secret}@camera/x" }\n`,
    ],
    [
      'in an address that is a list',
      `device: e2e\ncameras:\n  door: { kind: http, url: ["http://me:${secret}@camera/x"] }\n`,
    ],
    [
      'under a wrong key',
      `device: e2e\ncameras:\n  door: { kind: rtsp, urll: "rtsp://me:${secret}@camera/x" }\n`,
    ],
    ['in a wrong kind', `device: e2e\ncameras:\n  door: { kind: "rtsp://me:${secret}@camera/x" }\n`],
    ['of a TURN server', `${good}iceServers: [{ urls: "turn:x", credential: { password: ${secret} } }]\n`],
    ['from the environment', `device: e2e\ncameras:\n  door: { kind: rtsp, url: "\${CAMERA}" }\n`],
    [
      'where YAML breaks',
      `device: e2e\ncameras:\n  door: { kind: rtsp, url: "rtsp://me:${secret}@camera/x }\n`,
    ],
  ])('the secret %s is never shown', async (_name, text) => {
    const { code, printed } = await refused(text, { CAMERA: `gopher://me:${secret}@camera/x` });
    expect(code).toBe(2);
    expect(printed).toContain('(profile/invalid)');
    expect(printed).not.toContain(secret);
    expect(printed).not.toMatch(stackTrace);
  });
});

test('a port that is taken ends with code 1 and names who holds it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  try {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { code, printed } = await run(good.replace('port: 0', `port: ${port}`));
    expect(printed).toContain(`port ${port} on :: is taken by`);
    expect(printed).toContain(`(process ${process.pid})`);
    expect(printed).toContain('(http/port-taken)');
    expect(printed).not.toMatch(stackTrace);
    expect(code).toBe(1);
  } finally {
    server.close();
  }
});

test('a media port that is taken ends with code 1 and names the protocol and who holds it', async () => {
  const udp = createSocket('udp4').bind(0);
  await once(udp, 'listening');
  const tcp = createServer().listen(0, '::');
  await once(tcp, 'listening');
  try {
    const tcpPort = (tcp.address() as AddressInfo).port;
    for (const [protocol, port, media] of [
      ['UDP', udp.address().port, `{ port: ${udp.address().port} }`],
      ['TCP', tcpPort, `{ tcpPort: ${tcpPort} }`],
    ] as const) {
      const { code, printed } = await run(`${good}media: ${media}\n`);
      expect(printed).toContain(`${protocol} port ${port} is taken by`);
      expect(printed).toContain(`(process ${process.pid})`);
      expect(printed).toContain('(media/port-taken)');
      expect(printed).not.toMatch(stackTrace);
      expect(code).toBe(1);
    }
  } finally {
    udp.close();
    tcp.close();
  }
});

test('an address that is not of this machine ends with code 1', async () => {
  const { code, printed } = await run(good.replace('port: 0', 'port: 0, host: 198.51.100.7'));
  expect([code, printed]).toEqual([1, expect.stringContaining('(http/no-address)')]);
  expect(printed).not.toMatch(stackTrace);
});

test('without ffmpeg it ends with code 3 and says how to install it', async () => {
  const { code, printed } = await run(good, { PATH: folder, VEDETTE_FFMPEG: '' });
  expect([code, printed]).toEqual([3, expect.stringContaining('apt-get install ffmpeg (ffmpeg/missing)')]);
  expect(printed).not.toMatch(stackTrace);
});

describe('a state folder that cannot be used ends with code 1 and its cure', () => {
  test.each([
    ['a file where the folder should be', async (state: string) => writeFile(state, '')],
    [
      'a folder where the secret should be',
      async (state: string) => void (await mkdir(join(state, 'identity/secret'), { recursive: true })),
    ],
  ])('%s', async (_name, spoil) => {
    const state = await mkdtemp(join(folder, 'spoiled-'));
    await rm(state, { recursive: true });
    await spoil(state);
    const { code, printed } = await run(good, { STATE_DIRECTORY: state });
    expect(printed).toContain(`the state folder ${state} cannot be used`);
    expect(printed).toContain('(state/unusable)');
    expect(printed).not.toMatch(stackTrace);
    expect(code).toBe(1);
  });

  test.each([
    ['secret', '', 'access/secret-damaged'],
    ['secret', 'short', 'access/secret-damaged'],
    ['authority.pem', 'nonsense', 'tls/authority-damaged'],
    ['dtls.pem', 'nonsense', 'media/certificate-damaged'],
  ])('a damaged %s (%j)', async (name, text, expected) => {
    const state = await mkdtemp(join(folder, 'damaged-'));
    await mkdir(join(state, 'identity'));
    await writeFile(join(state, 'identity', name), text);
    const { code, printed } = await run(good.replace(', tls: off', ''), { STATE_DIRECTORY: state });
    expect(printed).toContain(`(${expected})`);
    expect(printed).not.toMatch(stackTrace);
    expect(code).toBe(1);
  });
});

describe('a device whose identity cannot be had ends with code 1, says how to go on, and makes no other', () => {
  const starts = (state: string) => run(good, { STATE_DIRECTORY: state });
  test.each([
    ['a damaged key', 'damaged', (key: string) => writeFile(key, 'nonsense'), 'backup'],
    ['a key cut short', 'damaged', (key: string) => truncate(key, 20), 'backup'],
    [
      'a folder where the key should be',
      'unreadable',
      async (key: string) => {
        await rm(key);
        await mkdir(key);
      },
      '',
    ],
    ['no key beside people it let in', 'missing', (key: string) => rm(key), 'backup'],
  ] as const)('%s', async (_name, code, spoil, cure) => {
    const state = await mkdtemp(join(folder, 'identity-'));
    const device = await startDevice(
      () => ({ device: 'e2e', cameras: { door: { kind: 'test' } }, http: { tls: 'off' } }),
      { env: { STATE_DIRECTORY: state } },
    );
    await device.stop();
    const key = join(state, 'identity/device.key');
    await spoil(key);
    const before = await readFile(key, 'utf8').catch(() => undefined);
    const end = await starts(state);
    expect(end.printed).toContain(`(identity/${code})`);
    expect(end.printed).toContain(cure);
    expect(end.printed).not.toMatch(stackTrace);
    expect(end.code).toBe(1);
    expect(await readFile(key, 'utf8').catch(() => undefined)).toBe(before);
  });
});
