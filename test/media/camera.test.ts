import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Camera } from '../../src/media/camera.ts';
import { ffmpegSource } from '../../src/media/cameras/ffmpeg-source.ts';
import type { CameraSink } from '../../src/media/cameras/kind.ts';
import type { NativeFrame } from '../../src/media/frame.ts';
import { takeSnapshot } from '../../src/media/snapshot.ts';
import type { CameraStatus } from '../../src/protocol/events.ts';
import { alive, children, quiet, until } from './ready.ts';
import { ScriptedCamera } from './scripted-camera.ts';

const nobody = { format: () => {}, frame: () => {} };

describe('with a scripted source and a hand-turned clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const clock = { now: () => Date.now(), wall: () => Date.now() } as unknown as Clock;
  const turn = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  function rig(log = quiet) {
    const scripted = new ScriptedCamera();
    const camera = new Camera({ name: 'porch', open: scripted.open, clock, log });
    const states: CameraStatus['state'][] = [];
    camera.onStatus((status) => void states.push(status.state));
    const frames: NativeFrame[] = [];
    return {
      scripted,
      camera,
      states,
      frames,
      user: { ...nobody, frame: (f: NativeFrame) => void frames.push(f) },
    };
  }

  test('nobody looks, nothing runs', async () => {
    const { scripted, camera } = rig();
    await turn(60_000);
    expect(scripted.opened).toBe(0);
    expect(camera.status).toEqual({ state: 'off' });
  });

  test('it says what is the case: starting, live, away, live again, off', async () => {
    const { scripted, camera, states, user } = rig();
    const release = camera.use(user);
    await turn(1);
    scripted.give();
    scripted.unplug();
    await turn(5000);
    expect(camera.status).toMatchObject({ state: 'away', reason: 'there is no camera at it' });
    scripted.plugged = true;
    await turn(1001);
    scripted.give();
    release();
    for (let second = 0; second < 10; second += 1) {
      scripted.give();
      await turn(1000);
    }
    expect(states).toEqual(['starting', 'live', 'away', 'away', 'live', 'off']);
    expect(scripted.running).toBe(0);
  });

  test('users stay through unplug and replug, and see frames within three seconds', async () => {
    const { scripted, camera, frames, user } = rig();
    camera.use(user);
    await turn(1);
    scripted.give();
    scripted.unplug();
    await turn(3_600_000);
    const before = scripted.opened;
    scripted.plugged = true;
    await turn(3000);
    expect(scripted.opened).toBe(before + 1);
    scripted.give();
    expect(frames).toHaveLength(2);
    await camera.stop();
  });

  test('privacy closes it at once whoever looks, and nothing opens it before it ends', async () => {
    const { scripted, camera, states, frames, user } = rig();
    camera.use(user);
    await turn(1);
    scripted.give();
    await camera.setPrivate(true);
    expect(scripted.running).toBe(0);
    camera.use(user);
    scripted.give();
    await turn(3_600_000);
    expect([scripted.opened, scripted.running, frames.length]).toEqual([1, 0, 1]);
    expect(camera.status).toMatchObject({ state: 'private' });
    await camera.setPrivate(false);
    await turn(1);
    scripted.give();
    expect(states).toEqual(['starting', 'live', 'private', 'starting', 'live']);
    await camera.stop();
  });

  test('privacy that begins and ends while nobody looks opens nothing', async () => {
    const { scripted, camera, states } = rig();
    await camera.setPrivate(true);
    const release = camera.use(nobody);
    release();
    await camera.setPrivate(false);
    await turn(60_000);
    expect(scripted.opened).toBe(0);
    expect(states).toEqual(['private', 'off']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a camera that is away when privacy begins is not looked for meanwhile', async () => {
    const { scripted, camera, user } = rig();
    scripted.plugged = false;
    camera.use(user);
    await turn(5_000);
    await camera.setPrivate(true);
    await turn(1);
    const { opened } = scripted;
    await turn(600_000);
    expect(scripted.opened).toBe(opened);
    scripted.plugged = true;
    await camera.setPrivate(false);
    await turn(1);
    expect(scripted.running).toBe(1);
    await camera.stop();
  });

  test('a snapshot is refused while privacy is on, and one that is being taken when it begins', async () => {
    const { scripted, camera, user } = rig();
    const release = camera.use(user);
    await turn(1);
    const taken = takeSnapshot(camera, 'porch');
    const refused = expect(taken).rejects.toMatchObject({ code: 'camera/private', data: { feed: 'porch' } });
    await camera.setPrivate(true);
    await refused;
    await expect(takeSnapshot(camera, 'porch')).rejects.toMatchObject({ code: 'camera/private' });
    expect(scripted.running).toBe(0);
    release();
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    await camera.stop();
  });

  test('a failure is logged once, not for each try', async () => {
    const lines: string[] = [];
    const { scripted, camera, user } = rig(
      pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
    );
    scripted.plugged = false;
    camera.use(user);
    await turn(60_000);
    expect(scripted.opened).toBeGreaterThan(50);
    expect(lines).toHaveLength(1);
    await camera.stop();
  });

  test('three users, one source; it is closed ten seconds after the last', async () => {
    const { scripted, camera, user } = rig();
    const releases = [camera.use(user), camera.use(user), camera.use(user)];
    await turn(1);
    expect(scripted.opened).toBe(1);
    for (const release of releases) release();
    releases[0]?.();
    await turn(9_000);
    expect(scripted.running).toBe(1);
    await turn(1_001);
    expect(scripted.running).toBe(0);
  });

  test('a user or a listener that throws breaks nobody', async () => {
    const { scripted, camera, frames, user } = rig();
    camera.onStatus(() => {
      throw new Error('a bad listener');
    });
    camera.use({
      ...nobody,
      frame: () => {
        throw new Error('a bad user');
      },
    });
    camera.use(user);
    await turn(1);
    scripted.give();
    expect(frames).toHaveLength(1);
    await camera.stop();
  });

  test('a source that hangs is replaced', async () => {
    const { scripted, camera, user } = rig();
    camera.use(user);
    await turn(1);
    scripted.give();
    await turn(1999);
    expect(scripted.opened).toBe(1);
    await turn(1 + 250);
    expect(scripted.opened).toBe(2);
    expect(scripted.running).toBe(1);
    expect(camera.status).toMatchObject({ state: 'away', reason: 'porch gave no picture for 2 s' });
    await camera.stop();
  });

  test('stopped, it stays stopped', async () => {
    const { scripted, camera, user } = rig();
    camera.use(user);
    await turn(1);
    await camera.stop();
    await camera.stop();
    await turn(60_000);
    expect(scripted.opened).toBe(1);
    expect(scripted.running).toBe(0);
    expect(camera.status).toEqual({ state: 'off' });
  });
});

describe('with ffmpeg', () => {
  let owner: { stop(): Promise<void> } | undefined;
  afterEach(async () => {
    await owner?.stop();
  });
  const lavfi = () =>
    ffmpegSource({
      inputArgs: ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=160x96:r=30'],
      outputArgs: ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p'],
      times: 'arrival',
      device: 'the generator',
    });

  test('one that hangs is killed and another one takes over', async () => {
    const camera = new Camera({ name: 'generator', open: lavfi, clock: systemClock, log: quiet });
    owner = camera;
    let frames = 0;
    camera.use({
      format: () => {},
      frame: () => {
        frames += 1;
      },
    });
    await until('frames', () => frames > 5);
    const [first = 0, ...more] = children('ffmpeg');
    expect(more).toEqual([]);
    process.kill(first, 'SIGSTOP');
    await until('away', () => camera.status.state === 'away');
    await until('live again', () => camera.status.state === 'live');
    expect(alive(first)).toBe(false);
    const [second = 0] = children('ffmpeg');
    expect(second).not.toBe(first);
    await camera.stop();
    expect(alive(second)).toBe(false);
  });

  test('an input that is not there ends with its last words', async () => {
    const source = ffmpegSource({
      inputArgs: ['-i', '/nonexistent.mkv'],
      times: 'arrival',
      device: 'the file',
    });
    const { promise, resolve } = Promise.withResolvers<Parameters<CameraSink['ended']>[0]>();
    source.start({ format: () => {}, frame: () => {}, ended: resolve });
    const reason = await promise;
    expect(reason.code).toBe('camera/ended');
    expect(reason.message).toMatch(/^the file stopped: .*No such file/);
    await source.stop();
  });

  test('without ffmpeg the reason says so', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const source = lavfi();
    const { promise, resolve } = Promise.withResolvers<string>();
    source.start({ format: () => {}, frame: () => {}, ended: ({ code }) => resolve(code) });
    vi.unstubAllEnvs();
    expect(await promise).toBe('ffmpeg/missing');
    await source.stop();
  });
});
