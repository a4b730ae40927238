import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deviceNameFrom, newProfileText } from '../../src/cli/new-profile.ts';
import { parseProfile } from '../../src/profile/load.ts';
import { vedette } from './command-line.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a new profile says only what differs from the defaults', () => {
  const text = newProfileText({
    device: 'porch',
    camera: 'auto',
    microphone: true,
    speaker: false,
    port: 8480,
  });
  expect(text.split('\n').slice(1)).toEqual([
    'device: porch',
    'cameras:',
    '  camera: { kind: v4l2, device: auto }',
    'microphone: auto',
    '',
  ]);
});

test.each(['true', '007', '1e3', 'null'])('a device called %s stays a text', (device) => {
  const text = newProfileText({ device, camera: 'test', microphone: false, speaker: true, port: 8600 });
  const profile = parseProfile('p', text, { env: {}, readFile: () => '' });
  expect(profile).toMatchObject({ device, http: { port: 8600 } });
});

test('a camera is taken by any name', () => {
  const camera = 'usb-Böse_{Kamera}: "1", #2-video-index0';
  const text = newProfileText({ device: 'a', camera, microphone: false, speaker: false });
  const profile = parseProfile('p', text, { env: {}, readFile: () => '' });
  expect(profile.feeds[0]?.camera.options).toMatchObject({ device: camera });
});

test.each([
  ['My.Laptop', 'my-laptop'],
  ['--', 'camera'],
  ['Küche', 'k-che'],
  [`${'a'.repeat(62)}.b`, 'a'.repeat(62)],
])('the host name %s becomes the device name %s', (host, name) => {
  expect(deviceNameFrom(host)).toBe(name);
});

test('init writes a profile that is right, and never over another', async () => {
  const file = join(folder, 'p.yaml');
  const args = ['init', '--yes', '--name', 'porch', '--camera', 'test', '-o', file];
  expect(await vedette(...args)).toMatchObject({ code: 0, stderr: expect.stringContaining(`wrote ${file}`) });
  expect((await vedette('check', file, '--no-cameras')).code).toBe(0);
  writeFileSync(file, 'mine');
  expect(await vedette(...args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is there already'),
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect((await vedette(...args, '--force')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('device: porch');
});

test('init writes no profile that would not load', async () => {
  const file = join(folder, 'p.yaml');
  const { code, stderr } = await vedette(
    'init',
    '--yes',
    '--name',
    'My Porch',
    '--camera',
    'test',
    '-o',
    file,
  );
  expect(code).toBe(2);
  expect(stderr).toContain('found "My Porch", allowed: small letters');
  expect(() => readFileSync(file)).toThrow();
});
