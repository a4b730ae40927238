import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Camera } from '../../src/media/camera.ts';
import { testCamera, testCameraOptions } from '../../src/media/cameras/test.ts';
import type { NativeFormat } from '../../src/media/frame.ts';
import type { SensorSource } from '../../src/sensors/kind.ts';
import { motionOptions, motionSensor } from '../../src/sensors/motion.ts';
import { children, quiet, until } from '../media/ready.ts';
import { ScriptedCamera } from '../media/scripted-camera.ts';
import { collect, sensorParts, testSensor } from './contract.ts';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).error === undefined;
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** ffmpeg may take this long to start on a small machine that does other things, too. */
const startingMs = 25_000;
const size = { width: 320, height: 180 };
const raw: NativeFormat = { encoding: 'raw', pixelFormat: 'yuv420p', ...size, frameRate: 5 };

/** A grey picture with somebody in it, or nobody. */
function yuv(left?: number): Uint8Array {
  const data = new Uint8Array(size.width * size.height * 1.5).fill(128);
  for (let y = 60; left !== undefined && y < 160; y++) {
    data.fill(30, y * size.width + left, y * size.width + left + 50);
  }
  return data;
}

/** Waits for what small pictures lead to. A camera that gives nothing hangs; between keyframes nothing is looked at. */
function looked(what: string, scripted: ScriptedCamera, holds: () => boolean): Promise<void> {
  return until(
    what,
    () => {
      scripted.give({ keyframe: false, data: new Uint8Array(1) });
      return holds();
    },
    startingMs,
  );
}

/** The same pictures as JPEG, or as H.264 with every one a keyframe, made by ffmpeg. */
function encoded(pictures: readonly Uint8Array[], args: readonly string[]): Buffer {
  const input = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    '-s',
    `${size.width}x${size.height}`,
    '-r',
    '5',
    '-i',
    'pipe:0',
  ];
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', ...input, ...args, 'pipe:1'], {
    input: Buffer.concat(pictures),
  });
  return stdout;
}

function cameraOf(format: NativeFormat) {
  const scripted = new ScriptedCamera(format);
  const camera = new Camera({ name: 'door', open: scripted.open, clock: systemClock, log: quiet });
  undo.push(() => camera.stop());
  return { scripted, camera };
}

function watch(camera: Camera, options: object = {}): ReturnType<typeof collect> & { source: SensorSource } {
  const given = { feed: 'door', hold: '200ms', ...options };
  const source = motionSensor.open(motionOptions.parse(given), sensorParts({ camera: () => camera }));
  undo.push(() => source.stop());
  return Object.assign(collect(source), { source });
}

test('a feed without a camera is named', () => {
  expect(() => motionSensor.open(motionOptions.parse({ feed: 'garden' }), sensorParts())).toThrow(
    'there is no camera garden',
  );
});

describe.skipIf(!hasFfmpeg)('motion', { timeout: 60_000 }, () => {
  const cameras: Camera[] = [];
  const options = testCameraOptions.parse({ width: 320, height: 180, frameRate: 10 });
  testSensor('motion', {
    kind: motionSensor,
    options: { feed: 'door', type: 'number' },
    parts: () => {
      const camera = new Camera({
        name: 'door',
        open: () => testCamera.open(options),
        clock: systemClock,
        log: quiet,
      });
      cameras.push(camera);
      return sensorParts({ camera: () => camera });
    },
  });
  afterEach(async () => {
    await Promise.all(cameras.splice(0).map((camera) => camera.stop()));
  });

  /** Somebody walks by, in whatever the camera gives. */
  async function walk(format: NativeFormat, frames: readonly Uint8Array[]): Promise<readonly number[]> {
    const { scripted, camera } = cameraOf(format);
    const told = watch(camera, { hold: '1s' });
    const each = watch(camera, { type: 'number' });
    await until('the camera', () => scripted.running === 1);
    // By the frames' own times, as the camera would give them; each when the one before it was looked at.
    let captureMs = systemClock.now();
    for (const [i, data] of frames.entries()) {
      captureMs = (captureMs + 200) as typeof captureMs;
      scripted.give({ data, captureMs });
      // Comes out when the next one goes in.
      await looked('a look at the one before', scripted, () => each.values.length >= i);
    }
    // Pushes the last one out.
    scripted.give({ data: frames.at(-1) as Uint8Array, captureMs: (captureMs + 200) as typeof captureMs });
    await looked('calm', scripted, () => told.values.length >= 3);
    return told.values.map(({ value }) => value);
  }
  const still = yuv();
  const moved = yuv(140);
  const walkBy = <Picture>(calm: Picture, other: Picture) => [calm, calm, other, calm, calm];
  const packed = (args: readonly string[]) =>
    walkBy(
      ...([still, moved].map((each) => new Uint8Array(encoded([each], args))) as [Uint8Array, Uint8Array]),
    );

  test('is calm first, then motion, and calm again after its time', async () => {
    expect(await walk(raw, walkBy(still, moved))).toEqual([0, 1, 0]);
  });

  test('is seen in JPEG', async () => {
    const jpegs = packed(['-c:v', 'mjpeg', '-q:v', '3', '-f', 'image2pipe']);
    expect(await walk({ encoding: 'mjpeg', ...size, frameRate: 5 }, jpegs)).toEqual([0, 1, 0]);
  });

  test('is seen in the keyframes of H.264', async () => {
    const units = packed(['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '1', '-f', 'h264']);
    expect(await walk({ encoding: 'h264', ...size, frameRate: 5 }, units)).toEqual([0, 1, 0]);
  });

  test('is seen at once in H.264 whose decoder waits for later pictures', async () => {
    // With B-frames promised, a keyframe would come out only after the next ones.
    const args = ['-c:v', 'libx264', '-preset', 'fast', '-bf', '3', '-f', 'h264'];
    const [calm, , other] = packed(args);
    const { scripted, camera } = cameraOf({ encoding: 'h264', ...size, frameRate: 5 });
    const told = watch(camera, { type: 'number' });
    await until('the camera', () => scripted.running === 1);
    for (const data of [calm, other, calm]) {
      const before = told.values.length;
      scripted.give({ ...(data && { data }) });
      // Nothing else is given until it is told.
      await looked('its value', scripted, () => told.values.length > before);
    }
    expect(told.values.map(({ value }) => value > 1)).toEqual([false, true, true]);
  });

  test('two sensors on one camera share one ffmpeg, which ends with the last of them', async () => {
    const { scripted, camera } = cameraOf(raw);
    const before = children('ffmpeg').length;
    const first = watch(camera);
    const second = watch(camera, { type: 'number' });
    await until(
      'both',
      () => {
        scripted.give({ data: still });
        return first.values.length > 0 && second.values.length > 0;
      },
      startingMs,
    );
    expect(children('ffmpeg').length - before).toBe(1);
    await first.source.stop();
    expect(children('ffmpeg').length - before).toBe(1);
    await second.source.stop();
    expect(children('ffmpeg').length - before).toBe(0);
  });

  test('looks at most five times a second, however fast the camera is', async () => {
    const { scripted, camera } = cameraOf(raw);
    const told = watch(camera, { type: 'number' });
    await until('the camera', () => scripted.running === 1);
    let captureMs = systemClock.now();
    const startMs = captureMs;
    for (let i = 0; i < 120; i++) {
      captureMs = (captureMs + 1000 / 60) as typeof captureMs;
      scripted.give({ data: still, captureMs });
      const due = Math.floor((captureMs - startMs) / 200) - 1;
      await looked('room', scripted, () => told.values.length >= due);
    }
    await looked('the last of them', scripted, () => told.values.length >= 9);
    expect(told.values.length).toBeLessThanOrEqual(11);
  });

  test('a camera that is pulled out or closed for privacy is said to be away, and motion goes on when it is back', async () => {
    const { scripted, camera } = cameraOf(raw);
    const told = watch(camera);
    const seen = async () => {
      const before = told.values.length;
      await until(
        'a value',
        () => {
          scripted.give({ data: still });
          return told.values.length > before;
        },
        startingMs,
      );
    };
    await seen();
    scripted.unplug();
    await until('its being away', () => told.away.length > 0);
    expect(told.away).toMatchObject([{ code: 'motion/lost' }]);
    scripted.plugged = true;
    await seen();
    await camera.setPrivate(true);
    await until('its being away', () => told.away.length > 1);
    expect(told.away[1]?.message).toMatch(/closed for privacy/);
    expect(told.ended).toEqual([]);
  });
});
