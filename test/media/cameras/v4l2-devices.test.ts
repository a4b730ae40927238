import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listCameras, probeCamera, resolveDevice } from '../../../src/media/cameras/v4l2-devices.ts';

let root = '';
const roots = () => ({ sys: path.join(root, 'sys'), dev: path.join(root, 'dev') });

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vedette-v4l2-'));
  const byId = path.join(root, 'dev/v4l/by-id');
  await mkdir(byId, { recursive: true });
  for (const node of ['video0', 'video10', 'v4l-subdev0']) {
    await mkdir(path.join(root, 'sys/class/video4linux', node), { recursive: true });
    await writeFile(path.join(root, 'sys/class/video4linux', node, 'name'), `${node} by Example\n`);
  }
  // A plain file where the device should be: both listing programs are asked, and find no camera.
  await writeFile(path.join(root, 'dev/video0'), '');
  await symlink('../../video0', path.join(byId, 'usb-Example_Cam_1234-video-index0'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

test('a camera is found by its name in by-id, with or without the index', async () => {
  const video0 = path.join(root, 'dev/video0');
  expect(await resolveDevice('usb-Example_Cam_1234-video-index0', undefined, roots())).toBe(video0);
  expect(await resolveDevice('usb-Example_Cam_1234', undefined, roots())).toBe(video0);
});

test('a path is taken as it is, so that a camera may come later', async () => {
  expect(await resolveDevice('/dev/video7', undefined, roots())).toBe('/dev/video7');
});

test('a name that is not there is said to be missing', async () => {
  await expect(resolveDevice('usb-Other', undefined, roots())).rejects.toMatchObject({
    code: 'camera/not-found',
    data: { device: 'usb-Other' },
  });
});

test('a node that is no camera is not listed, one that cannot be opened is, with the reason', async () => {
  const cameras = await listCameras(undefined, roots());
  expect(cameras.map((camera) => [path.basename(camera.path), camera.name, camera.problem?.code])).toEqual([
    ['video10', 'video10 by Example', 'camera/not-found'],
  ]);
});

test('a machine without cameras lists none, and `auto` says so', async () => {
  const nowhere = { sys: path.join(root, 'none'), dev: path.join(root, 'none') };
  expect(await listCameras(undefined, nowhere)).toEqual([]);
  await expect(resolveDevice('auto', undefined, nowhere)).rejects.toMatchObject({ code: 'camera/not-found' });
});

test('a path that does not exist is an error of its own', async () => {
  await expect(probeCamera(path.join(root, 'dev/video99'))).rejects.toMatchObject({
    code: 'camera/not-found',
  });
});

test('asking ends with its signal', async () => {
  const asking = probeCamera(path.join(root, 'dev/video0'), AbortSignal.abort());
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
});
