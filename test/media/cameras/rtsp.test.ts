import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CameraSource } from '../../../src/media/cameras/kind.ts';
import { rtspCamera } from '../../../src/media/cameras/rtsp.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { children, until } from '../ready.ts';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('rtspServer.py', import.meta.url));
const missing = spawnSync(python, [script, 'check']).status !== 0;
if (missing) console.log("skipped: GStreamer's RTSP server or its encoders are not installed (see bin/test)");

const open = (url: string, more: Record<string, unknown> = {}): CameraSource =>
  rtspCamera.open(rtspCamera.options.parse({ url, ...more }));

describe('against nobody', () => {
  let source: CameraSource | undefined;
  afterEach(async () => source?.stop());

  test('an address where nobody listens is unreachable, and neither host nor password is told', async () => {
    source = open('rtsp://viewer:hunter2@127.0.0.1:1/stream');
    const told = collect(source);
    await until('the end', () => told.ended.length > 0);
    const reason = told.ended[0]!;
    expect(reason.code).toBe('camera/unreachable');
    const words = inspect(reason, { depth: 9 });
    expect(words).not.toMatch(/hunter2|viewer|127\.0\.0\.1/);
  });

  test('the address is a secret from the moment the profile was read', () => {
    const options = rtspCamera.options.parse({ url: 'rtsp://viewer:hunter2@192.0.2.1/stream' });
    expect(inspect(options) + JSON.stringify(options) + String(options.url)).not.toContain('hunter2');
  });

  test('an address of another kind is refused without being repeated', () => {
    const refused = rtspCamera.options.safeParse({ url: 'http://viewer:hunter2@192.0.2.1/' });
    expect(refused.success).toBe(false);
    expect(String(refused.error)).not.toContain('hunter2');
  });

  test('a camera that takes the connection and says nothing is given up', { timeout: 20_000 }, async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    source = open(`rtsp://127.0.0.1:${(server.address() as net.AddressInfo).port}/stream`);
    const told = collect(source);
    await until('the end', () => told.ended.length > 0, 15_000);
    expect(told.frames).toEqual([]);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

describe.skipIf(missing)('against a real RTSP server', () => {
  let server: ChildProcess;
  let plain = '';
  let basic = '';
  let digest = '';
  let source: CameraSource | undefined;

  beforeAll(async () => {
    server = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(server.stdout!), 'line')) as [string];
    [plain = '', basic = '', digest = ''] = line.split(' ').map((port) => `127.0.0.1:${port}`);
  });
  afterEach(async () => source?.stop());
  afterAll(async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  });

  testCamera('rtsp', () => open(`rtsp://${plain}/h264`));

  const first = async (opened: CameraSource) => {
    source = opened;
    const told = collect(opened);
    await until('a frame or the end', () => told.frames.length > 0 || told.ended.length > 0, 20_000);
    return told;
  };

  test('H.264 is passed through, beginning with a keyframe that carries its parameter sets', async () => {
    const told = await first(open(`rtsp://${plain}/h264`));
    expect(told.ended).toEqual([]);
    expect(told.formats[0]).toMatchObject({ encoding: 'h264', width: 320, height: 180 });
    await until('a keyframe', () => told.frames.some((frame) => frame.keyframe));
  });

  test('MJPEG is passed through', async () => {
    const told = await first(open(`rtsp://${plain}/mjpeg`));
    // RFC 2435 counts a picture's sides in blocks of eight.
    expect(told.formats[0]).toMatchObject({ encoding: 'mjpeg', width: 320, height: 184 });
  });

  test('anything else is decoded', async () => {
    const told = await first(open(`rtsp://${plain}/vp8`));
    expect(told.ended).toEqual([]);
    expect(told.formats[0]).toMatchObject({ encoding: 'raw', pixelFormat: 'yuv420p', width: 320 });
  });

  test('a turned picture is decoded and turned', async () => {
    const told = await first(open(`rtsp://${plain}/h264`, { rotate: 270 }));
    expect(told.formats[0]).toMatchObject({ encoding: 'raw', width: 180, height: 320 });
  });

  test.each([
    ['basic', () => basic],
    ['digest', () => digest],
  ])(
    'the right password opens it by %s authentication, and stands in no list of processes',
    async (_, host) => {
      const told = await first(open(`rtsp://viewer:s3cret%25word@${host()}/h264`));
      expect(told.ended).toEqual([]);
      expect(told.formats[0]?.encoding).toBe('h264');
      const shown = children('ffmpeg').map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.join()).not.toMatch(/s3cret|viewer/);
    },
  );

  test('a wrong password, or none, is said to be wrong, and not repeated', async () => {
    for (const userinfo of ['viewer:hunter2@', '']) {
      const told = await first(open(`rtsp://${userinfo}${digest}/h264`));
      expect(told.ended[0]?.code).toBe('camera/unauthorized');
      expect(inspect(told.ended[0], { depth: 9 })).not.toMatch(/hunter2|127\.0\.0\.1/);
    }
  });

  test('a stream that is not there is named as that', async () => {
    const told = await first(open(`rtsp://${plain}/nothing`));
    expect(told.ended[0]?.code).toBe('camera/no-such-stream');
  });
});
