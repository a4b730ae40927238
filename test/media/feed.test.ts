import { execFileSync } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type MonotonicMs, systemClock } from '../../src/clock.ts';
import { nalType, nalUnits } from '../../src/media/annex-b.ts';
import { Camera } from '../../src/media/camera.ts';
import { ffmpegSource } from '../../src/media/cameras/ffmpeg-source.ts';
import { testCamera, testCameraOptions } from '../../src/media/cameras/test.ts';
import { readStrip, TestPicture } from '../../src/media/cameras/test-picture.ts';
import { Feed } from '../../src/media/feed.ts';
import type { EncodedFrame, NativeFormat, NativeFrame } from '../../src/media/frame.ts';
import { NutReader } from '../../src/media/nut-reader.ts';
import { NutWriter } from '../../src/media/nut-writer.ts';
import { alive, children, quiet, until } from './ready.ts';
import { ScriptedCamera } from './scripted-camera.ts';

const [width, height] = [320, 180];
const clock = systemClock;
const log = quiet;

let feed: Feed | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await feed?.stop();
  expect(children('ffmpeg')).toEqual([]);
});

function feedOf(open: ConstructorParameters<typeof Camera>[0]['open']): Feed {
  const camera = new Camera({ name: 'porch', open, clock, log });
  feed = new Feed({ name: 'front-door', title: 'Front door', camera, clock, log });
  return feed;
}

const testFeed = () => feedOf(() => testCamera.open(testCameraOptions.parse({ width, height })));

function watch(watched: Feed, codec: 'H264' | 'VP8' = 'H264') {
  const frames: EncodedFrame[] = [];
  const release = watched.video(codec).listen((frame) => void frames.push(frame));
  return { frames, release };
}

/** Decodes H.264 to grey pictures of 320x180. */
function decode(frames: readonly { readonly data: Uint8Array }[]): Buffer[] {
  const args = ['-v', 'error', '-f', 'h264', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'];
  const all = execFileSync('ffmpeg', args, {
    input: Buffer.concat(frames.map(({ data }) => data)),
    maxBuffer: 2 ** 27,
  });
  const size = width * height;
  return Array.from({ length: all.length / size }, (_, index) =>
    all.subarray(index * size, (index + 1) * size),
  );
}

const strip = (grey: Uint8Array) => readStrip((x, y) => grey[y * width + x] ?? 0, width, height);

test('three viewers share one encoder and see the same frames', async () => {
  const watched = testFeed();
  const viewers = [watch(watched), watch(watched), watch(watched)];
  await until('frames', () => viewers.every(({ frames }) => frames.length > 10));
  expect(children('ffmpeg')).toHaveLength(1);
  const [first, second, third] = viewers.map(({ frames }) => frames.slice(0, 10));
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(first?.[0]?.keyframe).toBe(true);
});

test('what comes out is the picture that was taken at that time', async () => {
  const { frames } = watch(testFeed());
  await until('frames', () => frames.length > 20);
  const offsetMs = clock.wall() - clock.now();
  const some = frames.slice(0, 20);
  for (const [index, grey] of decode(some).entries()) {
    expect(Math.abs((strip(grey)?.wallMs ?? 0) - offsetMs - (some[index]?.captureMs ?? 0))).toBeLessThan(50);
  }
});

test('H.264 and VP8 viewers have an encoder each', async () => {
  const watched = testFeed();
  const viewers = [watch(watched, 'H264'), watch(watched, 'VP8')];
  await until('frames', () => viewers.every(({ frames }) => frames.length > 5));
  expect(children('ffmpeg')).toHaveLength(2);
});

test('an encoder that is killed comes back with a keyframe, and viewers stay', async () => {
  const watched = testFeed();
  const { frames, release } = watch(watched);
  await until('frames', () => frames.length > 5);
  const pid = watched.video('H264').pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await until('it is gone', () => !alive(pid));
  const { length } = frames;
  await until('more frames', () => frames.length > length + 5);
  expect(frames[length]?.keyframe).toBe(true);
  expect(watched.video('H264').pid).not.toBe(pid);
  expect(watched.video('H264').counts).toEqual({
    frames: frames.length,
    bytes: frames.reduce((bytes, { data }) => bytes + data.length, 0),
    restarts: 1,
    newestMs: frames.at(-1)?.captureMs,
    waitingSinceMs: frames.at(-1)?.captureMs,
  });
  expect(watched.video('VP8').counts).toMatchObject({ frames: 0, bytes: 0, restarts: 0 });
  release();
  expect(watched.video('H264').counts.waitingSinceMs).toBeUndefined();
  const { release: again } = watch(watched);
  expect(watched.video('H264').counts.waitingSinceMs).toBeGreaterThan(frames.at(-1)?.captureMs ?? 0);
  again();
});

test('privacy ends the camera’s process and the encoder’s under who watches, and both come back after it', async () => {
  const watched = feedOf(() =>
    ffmpegSource({
      inputArgs: ['-re', '-f', 'lavfi', '-i', `testsrc2=s=${width}x${height}:r=30`],
      outputArgs: ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p'],
      times: 'arrival',
      device: 'the generator',
    }),
  );
  const { frames } = watch(watched);
  await until('frames', () => frames.length > 5);
  expect(children('ffmpeg')).toHaveLength(2);
  await watched.camera.setPrivate(true);
  expect(watched.video('H264').pid).toBeUndefined();
  await until('no process', () => children('ffmpeg').length === 0);
  const { length } = frames;
  const { release } = watch(watched, 'VP8');
  await expect(watched.snapshot()).rejects.toMatchObject({ code: 'camera/private' });
  expect([children('ffmpeg'), frames.length]).toEqual([[], length]);
  release();
  await watched.camera.setPrivate(false);
  await until('more frames', () => frames.length > length);
  expect(frames[length]?.keyframe).toBe(true);
});

test('the encoder goes on for five seconds after its last viewer, the camera for ten more', async () => {
  const scripted = new ScriptedCamera();
  const watched = feedOf(scripted.open);
  const { frames, release } = watch(watched);
  await until('it is open', () => watched.camera.format !== undefined);
  scripted.give();
  await until('a frame', () => frames.length > 0);
  const pid = watched.video('H264').pid ?? 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  release();
  vi.advanceTimersByTime(4_999);
  expect(watched.video('H264').pid).toBe(pid);
  vi.advanceTimersByTime(1);
  expect(watched.video('H264').pid).toBeUndefined();
  expect(scripted.running).toBe(1);
  vi.useRealTimers();
  await until('it is gone', () => !alive(pid));
});

test('viewers who ask for keyframes together get one, and one more half a second later', async () => {
  const scripted = new ScriptedCamera();
  const watched = feedOf(scripted.open);
  const { frames } = watch(watched);
  await until('it is open', () => watched.camera.format !== undefined);
  const pass = async () => {
    const { length } = frames;
    scripted.give();
    await until('the frame', () => frames.length > length);
  };
  await pass();
  for (let viewer = 0; viewer < 10; viewer += 1) watched.video('H264').requestKeyframe();
  for (let count = 0; count < 3; count += 1) await pass();
  // The first is honoured at once, the other nine together at the end of the gap: none is lost, none costs more.
  const keyframes = () => frames.flatMap(({ keyframe }, index) => (keyframe ? [index] : []));
  expect(keyframes()).toEqual([0, 1]);
  await until('the gap is over', () => {
    scripted.give();
    return keyframes().length > 2;
  });
  for (let count = 0; count < 5; count += 1) await pass();
  expect(keyframes()).toHaveLength(3);
});

test('a camera that comes back with another size gets another encoder', async () => {
  const scripted = new ScriptedCamera();
  const watched = feedOf(scripted.open);
  const { frames } = watch(watched);
  await until('it is open', () => watched.camera.format !== undefined);
  scripted.give();
  await until('a frame', () => frames.length === 1);
  const pid = watched.video('H264').pid ?? 0;
  scripted.unplug();
  scripted.format = { ...scripted.format, width: 128, height: 96 };
  scripted.plugged = true;
  await until('it is back', () => watched.camera.format?.width === 128);
  scripted.give();
  await until('a frame', () => frames.length === 2);
  expect(frames[1]?.keyframe).toBe(true);
  await until('the old one gone', () => !alive(pid));
});

describe('a camera that encodes by itself', () => {
  const h264: NativeFormat = { encoding: 'h264', width, height, frameRate: 30 };
  let baseline: NativeFrame[];
  let bFrames: NativeFrame[];
  let longGop: NativeFrame[];

  /** The test picture as some camera's own H.264. */
  function encodeAs(count: number, options: readonly string[]): NativeFrame[] {
    const picture = new TestPicture({ width, height, title: 'A' });
    const writer = new NutWriter({ fourcc: 'I420', width, height, frameRate: 30 });
    const parts: Uint8Array[] = [writer.headers()];
    for (let frame = 0; frame < count; frame += 1) {
      const data = picture.draw(frame, frame, '');
      parts.push(writer.frameHead(frame * 3000, true, data.length), data);
    }
    const repeat = ['-x264-params', 'repeat-headers=1', '-bsf:v', 'dump_extra'];
    const nut = ['-f', 'nut', '-write_index', '0', 'pipe:1'];
    const bytes = execFileSync(
      'ffmpeg',
      ['-v', 'error', '-f', 'nut', '-i', 'pipe:0', '-c:v', 'libx264', ...options, ...repeat, ...nut],
      { input: Buffer.concat(parts), maxBuffer: 2 ** 27 },
    );
    let tickMs = 0;
    return new NutReader().push(bytes).flatMap((item) => {
      if (item.type === 'streams') {
        const [{ timeBase }] = item.streams as [(typeof item.streams)[number]];
        tickMs = (1000 * timeBase.num) / timeBase.den;
      }
      if (item.type !== 'packet') return [];
      const { data, keyframe, pts } = item.packet;
      return [{ data, keyframe, captureMs: (50_000 + pts * tickMs) as MonotonicMs }];
    });
  }

  beforeAll(() => {
    baseline = encodeAs(90, [
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-profile:v',
      'baseline',
      '-g',
      '30',
    ]);
    bFrames = encodeAs(60, ['-preset', 'ultrafast', '-bf', '2', '-profile:v', 'main', '-g', '30']);
    longGop = encodeAs(90, [
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-profile:v',
      'baseline',
      '-g',
      '300',
    ]);
  });

  async function play(frames: readonly NativeFrame[], codec: 'H264' | 'VP8' = 'H264') {
    const scripted = new ScriptedCamera(h264);
    const watched = feedOf(scripted.open);
    const seen = watch(watched, codec).frames;
    await until('it is open', () => watched.camera.format !== undefined);
    for (const frame of frames) {
      scripted.give(frame);
      await new Promise(setImmediate);
    }
    return { watched, seen };
  }

  test('is passed through as it is, without any process', async () => {
    const { watched, seen } = await play(baseline.slice(5));
    expect(seen.map(({ data }) => data)).toEqual(baseline.slice(30).map(({ data }) => data));
    expect(watched.video('H264').native).toBe(true);
    expect(watched.video('H264').counts).toMatchObject({ frames: seen.length, restarts: 0 });
    expect(children('ffmpeg')).toEqual([]);
  });

  test('is transcoded where it has B-frames, in the order of the pictures', async () => {
    const { watched, seen } = await play(bFrames);
    // Viewers kept what they had until the encoder's first frame.
    await until('the encoder', () => seen.length >= bFrames.length + 30);
    const transcoded = seen.slice(bFrames.length);
    expect(transcoded[0]?.keyframe).toBe(true);
    const numbers = decode(transcoded).map((grey) => strip(grey)?.frame ?? -1);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(transcoded.every(({ data }) => nalUnits(data).every((unit) => nalType(unit) !== 6))).toBe(true);
    expect(watched.video('H264').native).toBe(false);
  });

  test('is transcoded where keyframes are more than two seconds apart, from the last one on', async () => {
    const { watched, seen } = await play(longGop);
    await until('the encoder', () => seen.length > longGop.length);
    expect(seen.flatMap(({ keyframe }, index) => (keyframe ? [index] : []))).toEqual([0, longGop.length]);
    expect(strip(decode(seen.slice(longGop.length))[0] ?? Buffer.alloc(0))?.frame).toBe(0);
    expect(watched.video('H264').native).toBe(false);
  });

  test('is transcoded for viewers of VP8', async () => {
    const { seen } = await play(baseline, 'VP8');
    await until('frames', () => seen.length > 5);
    expect(seen[0]).toMatchObject({ codec: 'VP8', keyframe: true });
  });

  test('gives a snapshot from its newest keyframe', async () => {
    const { watched } = await play(baseline.slice(0, 40));
    const jpeg = await watched.snapshot();
    expect([...jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
  });
});

describe('a snapshot', () => {
  test('opens a camera that is off and is the picture as a JPEG', async () => {
    const watched = testFeed();
    expect(watched.status).toEqual({ state: 'off' });
    const jpeg = await watched.snapshot();
    const args = [
      '-v',
      'error',
      '-f',
      'mjpeg',
      '-i',
      'pipe:0',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      'pipe:1',
    ];
    const grey = execFileSync('ffmpeg', args, { input: jpeg, maxBuffer: 2 ** 24 });
    expect(strip(grey)?.frame).toBe(0);
  });

  test('of an MJPEG camera is its frame, untouched', async () => {
    const scripted = new ScriptedCamera({ encoding: 'mjpeg', width: 64, height: 48, frameRate: 30 });
    const watched = feedOf(scripted.open);
    const taken = watched.snapshot();
    await until('it is open', () => watched.camera.format !== undefined);
    const data = Uint8Array.of(0xff, 0xd8, 1, 2, 3);
    scripted.give({ data });
    expect(await taken).toBe(data);
  });

  test('of a camera that is away says why', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const scripted = new ScriptedCamera();
    scripted.plugged = false;
    const watched = feedOf(scripted.open);
    const failed = expect(watched.snapshot()).rejects.toMatchObject({
      code: 'camera/no-frame',
      message: 'front-door gave no picture within 12 s: there is no camera at it',
    });
    await vi.advanceTimersByTimeAsync(12_000);
    await failed;
  });
});
