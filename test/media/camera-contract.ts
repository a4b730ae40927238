import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { VedetteError } from '../../src/errors.ts';
import type { CameraSource } from '../../src/media/cameras/kind.ts';
import type { NativeFormat, NativeFrame } from '../../src/media/frame.ts';
import { children, until } from './ready.ts';

/** What one run of a source told its sink, in order. */
export interface Told {
  readonly formats: NativeFormat[];
  readonly frames: NativeFrame[];
  readonly ended: VedetteError[];
  /** Every call by name, so that order can be seen. */
  readonly order: ('format' | 'frame' | 'ended')[];
}

/** Starts a source and collects what it tells. */
export function collect(source: CameraSource): Told {
  const told: Told = { formats: [], frames: [], ended: [], order: [] };
  source.start({
    format: (format) => {
      told.formats.push(format);
      told.order.push('format');
    },
    frame: (frame) => {
      told.frames.push(frame);
      told.order.push('frame');
    },
    ended: (reason) => {
      told.ended.push(reason);
      told.order.push('ended');
    },
  });
  return told;
}

/** What every kind of camera keeps to. `make` opens one that gives frames without hardware. */
export function testCamera(name: string, make: () => CameraSource | Promise<CameraSource>): void {
  describe(`a camera of kind ${name}`, () => {
    let source: CameraSource | undefined;
    afterEach(async () => {
      await source?.stop();
    });

    test('tells its format once, then frames of that format', async () => {
      source = await make();
      const told = collect(source);
      await until('five frames', () => told.frames.length >= 5 || told.ended.length > 0);
      expect(told.ended).toEqual([]);
      expect(told.order[0]).toBe('format');
      expect(told.formats).toHaveLength(1);
      const [format] = told.formats as [NativeFormat];
      expect(format.width).toBeGreaterThan(0);
      expect(format.height).toBeGreaterThan(0);
      expect(format.frameRate).toBeGreaterThan(0);
      expect(format.pixelFormat !== undefined).toBe(format.encoding === 'raw');
      for (const { data, keyframe } of told.frames.slice(0, 5)) {
        if (format.pixelFormat === 'yuv420p')
          expect(data.length).toBe((format.width * format.height * 3) / 2);
        if (format.encoding === 'mjpeg') expect([...data.subarray(0, 2)]).toEqual([0xff, 0xd8]);
        if (format.encoding === 'h264') expect([...data.subarray(0, 3)].slice(0, 2)).toEqual([0, 0]);
        if (format.encoding !== 'h264') expect(keyframe).toBe(true);
      }
    });

    test('captures before it tells, each frame after the one before', async () => {
      source = await make();
      const beforeMs = systemClock.now();
      const told = collect(source);
      await until('ten frames', () => told.frames.length >= 10);
      const times = told.frames.map(({ captureMs }) => captureMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
      expect(Math.max(...times)).toBeLessThanOrEqual(systemClock.now());
      // A frame may have been captured while the device was opening, but not long before.
      expect(Math.min(...times)).toBeGreaterThan(beforeMs - 1000);
    });

    test('tells nothing after stop, and leaves no process', async () => {
      const before = new Set(children());
      source = await make();
      const told = collect(source);
      await until('a frame', () => told.frames.length > 0);
      const stopping = source.stop();
      const { length } = told.order;
      await stopping;
      await source.stop();
      expect(told.order).toHaveLength(length);
      expect(told.ended).toEqual([]);
      expect(children().filter((pid) => !before.has(pid))).toEqual([]);
    });

    test('stopped before its first frame it tells no end', async () => {
      source = await make();
      const told = collect(source);
      await source.stop();
      expect(told.order).toEqual([]);
    });
  });
}
