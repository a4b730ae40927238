import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CameraSource } from '../../../src/media/cameras/kind.ts';
import { screenCamera } from '../../../src/media/cameras/screen.ts';
import { collect, testCamera } from '../camera-contract.ts';
import { until } from '../ready.ts';

const missing = spawnSync('Xvfb', ['-help']).error !== undefined;
if (missing) console.log('skipped: Xvfb is not installed');

let source: CameraSource | undefined;
afterEach(async () => source?.stop());
const open = (options: Record<string, unknown>) => screenCamera.open(screenCamera.options.parse(options));

test('a display that is not there is named', async () => {
  source = open({ display: ':4711' });
  const told = collect(source);
  await until('the end', () => told.ended.length > 0);
  expect(told.ended[0]?.code).toBe('screen/no-display');
});

describe.skipIf(missing)('on a screen in memory', () => {
  let server: ChildProcess;
  let display = '';

  beforeAll(async () => {
    // It chooses a free display, and writes its number to descriptor 3.
    const args = ['-displayfd', '3', '-screen', '0', '321x201x24', '-nolisten', 'tcp', '-noreset'];
    server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const [number] = (await once(server.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
    display = `:${String(number).trim()}`;
  });
  afterAll(async () => {
    const gone = once(server, 'exit');
    server.kill();
    await gone;
  });

  testCamera('screen', () => open({ display }));

  test('the whole screen is taken, a side of odd length cut by one pixel', async () => {
    source = open({ display, frameRate: 10 });
    const told = collect(source);
    await until('a frame', () => told.frames.length > 0);
    expect(told.formats[0]).toEqual({
      encoding: 'raw',
      pixelFormat: 'yuv420p',
      width: 320,
      height: 200,
      frameRate: 10,
    });
  });

  test('a part of it is taken', async () => {
    source = open({ display, size: '64x48', left: 10, top: 20 });
    const told = collect(source);
    await until('a frame', () => told.frames.length > 0);
    expect(told.formats[0]).toMatchObject({ width: 64, height: 48 });
  });
});
