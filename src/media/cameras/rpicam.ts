import { z } from 'zod';
import { type Clock, type MonotonicMs, systemClock } from '../../clock.ts';
import { type ErrorCode, VedetteError } from '../../errors.ts';
import { AccessUnitSplitter } from '../access-unit-splitter.ts';
import { AccessUnits } from '../annex-b.ts';
import { type ChildExit, type ChildGroup, startChild } from '../child-group.ts';
import { describeExit } from '../ffmpeg.ts';
import type { CameraKind, CameraSink, CameraSource } from './kind.ts';

/** The keys of `kind: rpicam` in a profile. */
export const rpicamOptions = z.strictObject({
  camera: z.int().min(0).max(9).default(0).describe('Which one, as rpicam-hello --list-cameras numbers them'),
  width: z.int().min(64).max(1920).multipleOf(2).default(1280).describe('Pixels'),
  height: z.int().min(64).max(1920).multipleOf(2).default(720),
  frameRate: z.number().min(1).max(120).default(30).describe('Frames a second'),
  bitrateBps: z.int().min(100_000).max(25_000_000).default(2_500_000).describe('Bits a second of its H.264'),
  rotate: z
    .literal([0, 180])
    .default(0)
    .describe("Degrees; a quarter turn is beyond the camera's own hardware"),
  flip: z
    .enum(['none', 'horizontal', 'vertical', 'both'])
    .default('none')
    .describe('Mirrors the picture, after it was turned'),
});
export type RpicamOptions = z.output<typeof rpicamOptions>;

/** A camera at a Raspberry Pi's own connector, by `rpicam-vid`, which encodes in hardware where there is some. */
export const rpicamCamera: CameraKind<typeof rpicamOptions> = {
  kind: 'rpicam',
  options: rpicamOptions,
  open: (options) => new Rpicam(options, systemClock),
};

/** Its name since 2023, and before. */
const programs = ['rpicam-vid', 'libcamera-vid'] as const;
/** Each frame is written at once; silence for longer than a pipe takes, and shorter than a frame, is its end. */
const silenceMs = 8;
/** Two frames never share a capture time: 2 ticks of RTP's 1/90000 s. */
const minStepMs = 2 / 90;
/** A keyframe each second: viewers cannot ask this encoder for one. */
const keyframeSeconds = 1;

const reasons: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  [/no cameras available|selected camera is not available/i, 'camera/not-found'],
  [/in use by another process|failed to acquire camera/i, 'camera/busy'],
  [/Permission denied/, 'camera/denied'],
];

/** What `rpicam-vid` is told: pictures for ever, each written at once to stdout. Pure. */
export function rpicamArgs(options: RpicamOptions): string[] {
  const { camera, width, height, frameRate, bitrateBps, rotate, flip } = options;
  const turned = rotate === 180;
  const mirrored = (flip === 'horizontal' || flip === 'both') !== turned;
  const upsideDown = (flip === 'vertical' || flip === 'both') !== turned;
  const [intra, rate] = [Math.round(frameRate * keyframeSeconds), String(frameRate)];
  return [
    ...['--timeout', '0', '--nopreview', '--verbose', '0', '--camera', String(camera)],
    ...['--width', String(width), '--height', String(height), '--framerate', rate],
    ...[
      '--codec',
      'h264',
      '--profile',
      'baseline',
      '--bitrate',
      String(bitrateBps),
      '--intra',
      String(intra),
    ],
    ...(mirrored ? ['--hflip'] : []),
    ...(upsideDown ? ['--vflip'] : []),
    ...['--inline', '--flush', '--output', '-'],
  ];
}

class Rpicam implements CameraSource {
  readonly #options: RpicamOptions;
  readonly #clock: Clock;
  readonly #splitter = new AccessUnitSplitter();
  readonly #units = new AccessUnits(new Uint8Array(0));
  readonly #device: string;
  #child: ChildGroup | undefined;
  #silence: NodeJS.Timeout | undefined;
  #begunMs: MonotonicMs = 0 as MonotonicMs;
  #lastMs = Number.NEGATIVE_INFINITY;
  #told = false;
  #stopped = false;

  constructor(options: RpicamOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#device = `camera ${options.camera}`;
  }

  start(sink: CameraSink): void {
    this.#run(sink, programs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#silence);
    await this.#child?.stop();
  }

  #run(sink: CameraSink, [program, ...others]: readonly string[]): void {
    if (program === undefined) {
      this.#stopped = true;
      sink.ended(new VedetteError('rpicam/missing'));
      return;
    }
    const child = startChild({ program, args: rpicamArgs(this.#options) });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk, sink));
    child.gone.then((exit) => {
      clearTimeout(this.#silence);
      if (this.#stopped) return;
      if (exit.failed?.code === 'ENOENT') return this.#run(sink, others);
      this.#stopped = true;
      sink.ended(this.#reason(child.lastLines(), exit));
    }, neverRejects);
  }

  #take(chunk: Buffer, sink: CameraSink): void {
    if (this.#stopped) return;
    clearTimeout(this.#silence);
    const now = this.#clock.now();
    if (this.#splitter.empty) this.#begunMs = now;
    for (const unit of this.#splitter.push(chunk)) {
      this.#tell(unit, sink);
      this.#begunMs = now;
    }
    this.#silence = setTimeout(() => {
      const unit = this.#splitter.flush();
      if (unit) this.#tell(unit, sink);
    }, silenceMs);
  }

  #tell(unit: Uint8Array, sink: CameraSink): void {
    if (this.#stopped) return;
    const { width, height, frameRate } = this.#options;
    if (!this.#told) sink.format({ encoding: 'h264', width, height, frameRate });
    this.#told = true;
    this.#lastMs = Math.max(this.#begunMs, this.#lastMs + minStepMs);
    sink.frame({ ...this.#units.clean(unit), captureMs: this.#lastMs as MonotonicMs });
  }

  #reason(lastLines: readonly string[], exit: ChildExit): VedetteError {
    const device = this.#device;
    const cause = { cause: lastLines };
    const known = reasons.find(([pattern]) => lastLines.some((line) => pattern.test(line)));
    if (known) return new VedetteError(known[1], { device }, cause);
    return new VedetteError('camera/ended', { device, detail: describeExit(exit, lastLines) }, cause);
  }
}

function neverRejects(): void {
  // A child's `gone` resolves whatever happens; this only says so to the linter.
}
