import { afterEach, describe, expect, test } from 'vitest';
import type { ListedCamera } from '../../src/media/cameras/v4l2-devices.ts';
import type { NativeFormat } from '../../src/media/frame.ts';
import { type GuestProgram, noRig, useRig } from './rig.ts';

if (noRig) console.log(`skipped: ${noRig}`);

interface Line {
  readonly format?: NativeFormat;
  readonly bytes?: number;
  readonly captureMs?: number;
  readonly nowMs?: number;
  readonly ended?: string;
  readonly message?: string;
}

describe.skipIf(noRig)('a real V4L2 driver (vivid) in a virtual device', { timeout: 120_000 }, () => {
  const rig = useRig();
  const opened: GuestProgram[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((program) => program.end()));
  });

  const open = (options: Record<string, unknown>): GuestProgram => {
    const program = rig().start('node', 'test/rig/guest/open-camera.ts', JSON.stringify(options));
    opened.push(program);
    return program;
  };
  const next = <K extends keyof Line>(program: GuestProgram, key: K): Promise<Required<Line>> =>
    program.line((line) => {
      const read = JSON.parse(line) as Line;
      if (key !== 'ended' && read.ended) throw new Error(`ended: ${read.ended}: ${read.message}`);
      return read[key] === undefined ? undefined : (read as Required<Line>);
    });

  const small = { width: 320, height: 180, frameRate: 5 };

  test('discovery lists it with its formats, sizes, rates and controls', async () => {
    const listed = JSON.parse(await rig().exec('node', 'test/rig/guest/list-cameras.ts')) as ListedCamera[];
    expect(listed.map(({ path, name, problem }) => ({ path, name, problem }))).toEqual([
      { path: '/dev/video0', name: 'vivid-000-vid-cap', problem: undefined },
    ]);
    const yuyv = listed[0]?.formats.find((format) => format.name === 'yuyv422');
    expect(yuyv?.sizes.map((size) => size.width.max)).toEqual([320, 640, 640, 1280, 1920, 3840]);
    expect(yuyv?.sizes[0]?.rates.map((rate) => rate.min)).toContain(30);
    expect(listed[0]?.controls.find((control) => control.name === 'brightness')).toMatchObject({ max: 255 });
  });

  test('without v4l2-ctl, ffmpeg tells formats and sizes', async () => {
    // A PATH that has node and ffmpeg only.
    const script =
      'd=$(mktemp -d); ln -s "$(command -v ffmpeg)" "$d"; n=$(command -v node); PATH=$d "$n" test/rig/guest/list-cameras.ts';
    const listed = JSON.parse(await rig().exec('sh', '-c', script)) as ListedCamera[];
    expect(listed[0]?.formats.map((format) => format.name)).toContain('yuyv422');
    expect(listed[0]?.controls).toEqual([]);
  });

  test('frames arrive whole, with the times the kernel gave them', async () => {
    const program = open(small);
    const { format } = await next(program, 'format');
    expect(format).toEqual({
      encoding: 'raw',
      pixelFormat: 'yuv420p',
      width: 320,
      height: 180,
      frameRate: 5,
    });
    let last = 0;
    for (let count = 0; count < 10; count += 1) {
      const { bytes, captureMs, nowMs } = await next(program, 'captureMs');
      expect(bytes).toBe((320 * 180 * 3) / 2);
      expect(captureMs).toBeGreaterThan(last);
      // The driver's clock is ours: the frame is from the past, and not from long ago.
      expect(captureMs).toBeLessThanOrEqual(nowMs);
      expect(nowMs - captureMs).toBeLessThan(5_000);
      last = captureMs;
    }
    await program.end();
  });

  test('a picture that is turned arrives with its sides swapped', async () => {
    const program = open({ ...small, rotate: 90, flip: 'horizontal' });
    expect((await next(program, 'format')).format).toMatchObject({ width: 180, height: 320 });
    expect((await next(program, 'captureMs')).bytes).toBe((320 * 180 * 3) / 2);
    await program.end();
  });

  test('controls reach the driver', async () => {
    const program = open({ ...small, controls: { brightness: 77, horizontal_flip: true } });
    await next(program, 'format');
    const set = await rig().exec('v4l2-ctl', '-d', '/dev/video0', '--get-ctrl=brightness,horizontal_flip');
    expect(set.split('\n').slice(0, 2)).toEqual(['brightness: 77', 'horizontal_flip: 1']);
    await program.end();
  });

  test('a wrong control, format or path is named', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ controls: { brightness: 999 } }, 'v4l2/control-range'],
      [{ controls: { brightnes: 1 } }, 'v4l2/unknown-control'],
      [{ format: 'h264' }, 'camera/no-such-format'],
      [{ device: '/dev/video9' }, 'camera/not-found'],
      [{ device: '/dev/null' }, 'v4l2/not-a-camera'],
    ];
    for (const [options, code] of cases) {
      const program = open({ ...small, ...options });
      expect((await next(program, 'ended')).ended).toBe(code);
      await program.end();
    }
  });

  test('a user who may not open it is told how to', async () => {
    await rig().exec('chmod', '660', '/dev/video0');
    const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const program = rig().start(...asNobody, 'node', 'test/rig/guest/open-camera.ts', JSON.stringify(small));
    opened.push(program);
    expect((await next(program, 'ended')).ended).toBe('camera/denied');
  });

  test('a camera that somebody else uses is said to be busy', async () => {
    const first = open(small);
    await next(first, 'captureMs');
    const second = open(small);
    expect((await next(second, 'ended')).ended).toBe('camera/busy');
    await second.end();
    // And the first one did not notice.
    await next(first, 'captureMs');
    await first.end();
  });

  test('a camera that is unplugged ends its source at once, and opens again when it is back', async () => {
    const program = open({ ...small, device: '/dev/video0' });
    await next(program, 'captureMs');
    await rig().hw('camera-off');
    expect((await next(program, 'ended')).ended).toBe('camera/lost');
    await program.end();
    const away = open({ ...small, device: '/dev/video0' });
    expect((await next(away, 'ended')).ended).toBe('camera/not-found');
    await away.end();
    await rig().hw('camera-on');
    const back = open({ ...small, device: '/dev/video0' });
    await next(back, 'captureMs');
    await back.end();
  });
});
