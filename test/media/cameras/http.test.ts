import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { httpCamera } from '../../../src/media/cameras/http.ts';
import type { CameraSource } from '../../../src/media/cameras/kind.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { until } from '../ready.ts';

const picture = execFileSync(
  'ffmpeg',
  '-v error -f lavfi -i testsrc=size=320x180 -frames:v 1 -f image2 -c:v mjpeg -'.split(' '),
);
const userAndPassword = `Basic ${Buffer.from('viewer:s3cret').toString('base64')}`;
const periodMs = 40;

/** A camera as many are: JPEG pictures, one after the other, in an answer that does not end. */
const server = http.createServer((request, response) => {
  if (request.url === '/locked' && request.headers.authorization !== userAndPassword) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end();
    return;
  }
  if (request.url === '/nothing') {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
  const timer = setInterval(() => {
    response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
    response.write(picture);
    response.write('\r\n');
  }, periodMs);
  response.on('close', () => clearInterval(timer));
});
let host = '';
let source: CameraSource | undefined;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => source?.stop());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = (url: string, more: Record<string, unknown> = {}) =>
  httpCamera.open(httpCamera.options.parse({ url, ...more }));

testCamera('http', () => open(`http://${host}/`));

const first = async (opened: CameraSource) => {
  source = opened;
  const told = collect(opened);
  await until('a frame or the end', () => told.frames.length > 0 || told.ended.length > 0);
  return told;
};

test('the pictures are handed on as they came', async () => {
  const told = await first(open(`http://${host}/`, { frameRate: 25 }));
  expect(told.formats[0]).toEqual({ encoding: 'mjpeg', width: 320, height: 180, frameRate: 25 });
  expect(Buffer.compare(told.frames[0]!.data, picture)).toBe(0);
});

test('a user name and a password in the address open it', async () => {
  const told = await first(open(`http://viewer:s3cret@${host}/locked`));
  expect(told.ended).toEqual([]);
  expect(told.formats[0]?.encoding).toBe('mjpeg');
});

test('a wrong password, and a path that is not there, are named, and the address is not', async () => {
  const locked = await first(open(`http://viewer:hunter2@${host}/locked`));
  expect(locked.ended[0]?.code).toBe('camera/unauthorized');
  expect(inspect(locked.ended[0], { depth: 9 })).not.toMatch(/hunter2|127\.0\.0\.1/);
  expect((await first(open(`http://${host}/nothing`))).ended[0]?.code).toBe('camera/no-such-stream');
});

test('a camera that hangs up has ended', async () => {
  const told = await first(open(`http://${host}/`));
  server.closeAllConnections();
  await until('the end', () => told.ended.length > 0);
  expect(told.ended[0]?.code).toMatch(/^camera\//);
});
