import { z } from 'zod';
import { type Clock, systemClock } from '../../clock.ts';
import type { CameraKind, CameraSink, CameraSource } from './kind.ts';
import { TestPicture } from './test-picture.ts';

const even = (what: string) => z.int().multipleOf(2, `${what} must be even`);

/** The keys of `kind: test` in a profile. */
export const testCameraOptions = z.strictObject({
  width: even('width').min(160).max(1920).default(1280).describe('Pixels'),
  height: even('height').min(90).max(1080).default(720),
  frameRate: z.number().min(0.2).max(60).default(30).describe('Frames a second'),
  caption: z
    .string()
    .max(28)
    .default('VEDETTE')
    .describe('What is written into the picture: A-Z, digits and :.-'),
});
type TestCameraOptions = z.output<typeof testCameraOptions>;

/** A camera that needs no hardware: the picture of docs/test-picture.md, drawn in this process. */
export const testCamera: CameraKind<typeof testCameraOptions> = {
  kind: 'test',
  options: testCameraOptions,
  open: (options) => new TestCamera(options, systemClock),
};

class TestCamera implements CameraSource {
  readonly #options: TestCameraOptions;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: TestCameraOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  start(sink: CameraSink): void {
    const { width, height, frameRate, caption } = this.#options;
    const picture = new TestPicture({ width, height, title: caption });
    const periodMs = 1000 / frameRate;
    const startMs = this.#clock.now();
    let frame = 0;
    const draw = () => {
      if (this.#stopped) return;
      if (frame === 0) sink.format({ encoding: 'raw', pixelFormat: 'yuv420p', width, height, frameRate });
      const captureMs = this.#clock.now();
      const wallMs = this.#clock.wall();
      sink.frame({ data: picture.draw(frame, wallMs, timeOfDay(wallMs)), keyframe: true, captureMs });
      // The schedule is absolute, so lateness never adds up; what is more than a period late is left out.
      const elapsedMs = this.#clock.now() - startMs;
      frame = Math.max(frame + 1, Math.floor(elapsedMs / periodMs));
      this.#timer = setTimeout(draw, Math.max(0, Math.round(frame * periodMs - elapsedMs)));
    };
    this.#timer = setTimeout(draw, 0);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    return Promise.resolve();
  }
}

/** `HH:MM:SS.mmm` in the device's own time zone. */
function timeOfDay(wallMs: number): string {
  const date = new Date(wallMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
